### Balance and remainders.

balance-show = Баланс: { MONEY($balance) }. Точки: { $points }. Пакети: *100*2#
balance-show_tariff = Баланс: { MONEY($balance) }. Точки: { $points }. Тарифа „{ NAME($tariff) }“. Пакети: *100*2#
balance-show_payer = За вас плаща друг номер. Неговият баланс: { MONEY($balance) }. Точки: { $points }. Пакети: *100*2#
balance-show_payer_tariff = За вас плаща друг номер. Неговият баланс: { MONEY($balance) }. Точки: { $points }. Тарифа „{ NAME($tariff) }“. Пакети: *100*2#
balance-remainders =
    Остават.{ $minutes_count ->
        [0] {""}
       *[some] {" "}Минути: { $minutes }{ $minutes_until ->
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
       *[some] {" "}Друго: { $others }.
    }
balance-remainders_none = Нямате пакети с минути, SMS или интернет. Баланс: *100#
