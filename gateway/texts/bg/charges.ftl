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
charges-none = За { $days } дни няма платени действия. Баланс: *100#

# What was paid for.
charges-kind_call = разговор
charges-kind_sms = SMS
charges-kind_mms = MMS
charges-kind_data = интернет
charges-kind_service = услуга
charges-kind_transfer = превод
charges-kind_transfer_fee = такса за превод
charges-kind_promised = обещано плащане
charges-kind_melody = мелодия
charges-kind_favourite = любим номер
charges-kind_locator = търсене
charges-kind_tariff = тарифа
charges-kind_tariff_change = смяна на тарифа
charges-kind_block = блокиране
charges-kind_other = плащане
