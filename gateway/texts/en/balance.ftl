### Balance and remainders.

balance-show = Balance: { MONEY($balance) }. Points: { $points }. Packages: *100*2#
balance-show_tariff = Balance: { MONEY($balance) }. Points: { $points }. Tariff "{ NAME($tariff) }". Packages: *100*2#
balance-show_payer = Another number pays for you. Its balance: { MONEY($balance) }. Points: { $points }. Packages: *100*2#
balance-show_payer_tariff = Another number pays for you. Its balance: { MONEY($balance) }. Points: { $points }. Tariff "{ NAME($tariff) }". Packages: *100*2#
balance-remainders =
    Left.{ $minutes_count ->
        [0] {""}
       *[some] {" "}Minutes: { $minutes }{ $minutes_until ->
            [0] {""}
           *[some] {" "}until { DAY($minutes_until) }
        }.
    }{ $sms_count ->
        [0] {""}
       *[some] {" "}SMS: { $sms }{ $sms_until ->
            [0] {""}
           *[some] {" "}until { DAY($sms_until) }
        }.
    }{ $megabytes_count ->
        [0] {""}
       *[some] {" "}Internet, MB: { $megabytes }{ $megabytes_until ->
            [0] {""}
           *[some] {" "}until { DAY($megabytes_until) }
        }.
    }{ $others_count ->
        [0] {""}
       *[some] {" "}Other: { $others }.
    }
balance-remainders_none = You have no packages of minutes, SMS or internet. Balance: *100#
