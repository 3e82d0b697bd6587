### Balance and remainders.

balance-show = Баланс: { MONEY($balance) }. Баллы: { $points }. Пакеты: *100*2#
balance-show_tariff = Баланс: { MONEY($balance) }. Баллы: { $points }. Тариф «{ NAME($tariff) }». Пакеты: *100*2#
balance-show_payer = За вас платит другой номер. Его баланс: { MONEY($balance) }. Баллы: { $points }. Пакеты: *100*2#
balance-show_payer_tariff = За вас платит другой номер. Его баланс: { MONEY($balance) }. Баллы: { $points }. Тариф «{ NAME($tariff) }». Пакеты: *100*2#
balance-remainders =
    Остатки.{ $minutes_count ->
        [0] {""}
       *[some] {" "}Минуты: { $minutes }{ $minutes_until ->
            [0] {""}
           *[some] {" "}до { DAY($minutes_until) }
        }.
    }{ $sms_count ->
        [0] {""}
       *[some] {" "}SMS: { $sms }{ $sms_until ->
            [0] {""}
           *[some] {" "}до { DAY($sms_until) }
        }.
    }{ $megabytes_count ->
        [0] {""}
       *[some] {" "}Интернет, МБ: { $megabytes }{ $megabytes_until ->
            [0] {""}
           *[some] {" "}до { DAY($megabytes_until) }
        }.
    }{ $others_count ->
        [0] {""}
       *[some] {" "}Другое: { $others }.
    }
balance-remainders_none = Пакетов минут, SMS и интернета у вас нет. Баланс: *100#
