### The last paid actions.

charges-last =
    { $day0 } { $what0 } { MONEY($amount0) }{ $amount1 ->
            [0] {""}
           *[some] ; { $day1 } { $what1 } { MONEY($amount1) }
        }{ $amount2 ->
            [0] {""}
           *[some] ; { $day2 } { $what2 } { MONEY($amount2) }
        }{ $amount3 ->
            [0] {""}
           *[some] ; { $day3 } { $what3 } { MONEY($amount3) }
        }{ $amount4 ->
            [0] {""}
           *[some] ; { $day4 } { $what4 } { MONEY($amount4) }
        }
charges-none = За { $days } дн. платных действий не было. Баланс: *100#

# What was paid for.
charges-kind_call = звонок
charges-kind_sms = SMS
charges-kind_mms = MMS
charges-kind_data = интернет
charges-kind_service = услуга
charges-kind_transfer = перевод
charges-kind_transfer_fee = плата за перевод
charges-kind_promised = обещанный платёж
charges-kind_melody = мелодия
charges-kind_favourite = любимый номер
charges-kind_locator = поиск
charges-kind_tariff = тариф
charges-kind_tariff_change = смена тарифа
charges-kind_block = блокировка
charges-kind_other = платёж
