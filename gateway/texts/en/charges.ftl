### The last paid actions.

charges-last =
    Charges:
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
charges-none = No charges in { $days } days. Balance: *100#

# What was paid for.
charges-kind_call = call
charges-kind_sms = SMS
charges-kind_mms = MMS
charges-kind_data = internet
charges-kind_service = service
charges-kind_transfer = transfer
charges-kind_transfer_fee = transfer fee
charges-kind_promised = promised payment
charges-kind_melody = melody
charges-kind_favourite = favourite number
charges-kind_locator = locating
charges-kind_tariff = tariff
charges-kind_tariff_change = tariff change
charges-kind_block = block
charges-kind_other = payment
