### Tariffs: mine, those open to me, changing, the cheapest.

tariff-show =
    "{ NAME($tariff) }": { $monthly ->
        [0] no monthly fee
       *[some] { MONEY($monthly) } a month
    }{ $waits ->
        [yes] {" "}(waits for payment: *115#)
       *[no] {""}
    }{ $minutes ->
        [0] {""}
       *[some] , { $minutes } min.
    }{ $messages ->
        [0] {""}
       *[some] , { $messages } SMS
    }{ $megabytes ->
        [0] {""}
       *[some] , { $megabytes } MB
    }. Then: a minute { MONEY($minute_price) }, an SMS { MONEY($sms_price) }, a MB { MONEY($megabyte_price) }. Change: *111*59*9#
tariff-list =
    Tariffs, a month, { $currency ->
        [RUB] RUB
        [BGN] BGN
        [EUR] EUR
       *[some] { $currency }
    }:{ $tariffs }{ $rest ->
        [0] {""}
       *[some] {"\u000A"}More tariffs: { $rest }
    }
    Change: *111*59*3*{ $id }#
tariff-list_empty = There are no other open tariffs now. Your tariff: *111*59#
tariff-ask =
    { $whose ->
        [own] {""}
       *[other] { PHONE($number) }:{" "}
    }Change to "{ NAME($tariff) }"? { $price ->
        [0] Free
       *[some] { MONEY($price) }
    } now{ $monthly ->
        [0] {""}
       *[some] {" "}with the first month
    }, then { $monthly ->
        [0] no fee
       *[some] { MONEY($monthly) }
    } a month.{ $lost ->
        [0] {""}
       *[some] {" "}What is paid until { DAY($lost) } is not returned.
    }{ $count ->
        [0] {""}
       *[some] {" "}These go: { $services }.
    }{ $way_back ->
        [closed] {" "}Your present tariff cannot be had again.
       *[open] {""}
    } YES { $code } or *111*97*{ $code }#
tariff-ask_again =
    { $whose ->
        [own] {""}
       *[other] { PHONE($number) }:{" "}
    }Prices have changed. Change to "{ NAME($tariff) }"? { $price ->
        [0] Free
       *[some] { MONEY($price) }
    } now{ $monthly ->
        [0] {""}
       *[some] {" "}with the first month
    }, then { $monthly ->
        [0] no fee
       *[some] { MONEY($monthly) }
    } a month.{ $lost ->
        [0] {""}
       *[some] {" "}What is paid until { DAY($lost) } is not returned.
    }{ $count ->
        [0] {""}
       *[some] {" "}These go: { $services }.
    }{ $way_back ->
        [closed] {" "}Your present tariff cannot be had again.
       *[open] {""}
    } YES { $code } or *111*97*{ $code }#
tariff-changed =
    { $whose ->
        [own] Your tariff is
       *[other] The tariff of { PHONE($number) } is
    } "{ NAME($tariff) }", { $monthly ->
        [0] no fee
       *[some] { MONEY($monthly) }
    } a month. Charged { MONEY($price) }, left { MONEY($left) }.{ $monthly ->
        [0] {""}
       *[some] {" "}Next payment { DAY($until) }.
    }{ $count ->
        [0] {""}
       *[some] {" "}Switched off: { $services }.
    }{ $way_back ->
        [closed] {" "}Other tariffs: *111*59*9#
        [child] {" "}Back: *111*7788*3*{ $number }*{ $before }#
       *[open] {" "}Back: *111*59*3*{ $before }#
    }
tariff-already =
    { $whose ->
        [own] You are on tariff
       *[other] { PHONE($number) } is on tariff
    } "{ NAME($tariff) }" already. Other tariffs: *111*59*9#
tariff-changed_by = { PHONE($number) } has changed your tariff to "{ NAME($tariff) }". Details: *111*59#
tariff-advice = In { $days } days "{ NAME($tariff) }" would have cost { MONEY($cost) }, { MONEY($saved) } less than yours. Change: *111*59*3*{ $id }#
tariff-advice_stay = Your tariff is the cheapest for you: { MONEY($cost) } in { $days } days. Others: *111*59*9#

tariff-unknown_tariff = There is no tariff { $id }. Tariffs for you: *111*59*9#
tariff-archive = "{ NAME($tariff) }" is closed to new customers. Tariffs for you: *111*59*9#
tariff-recently = The tariff was changed just now. Again from { DATETIME($until) }. Your tariff: *111*59#
tariff-debt = { $whose ->
        [own] Balance { MONEY($balance) }. First top up, then change the tariff: *115#
       *[other] The account of { PHONE($number) } is in debt. First top it up, then change the tariff: *115*{ $number }*sum#
    }
tariff-not_enough_money =
    Changing to "{ NAME($tariff) }" { $monthly ->
        [0] {""}
       *[some] with its first month{" "}
    }costs { MONEY($price) }, { MONEY($missing) } short. Top up: *115#
tariff-too_little =
    { $days ->
        [one] It takes at least { $days } day of calls to advise you.
       *[other] It takes at least { $days } days of calls to advise you.
    } All tariffs: *111*59*9#

tariff-renewed = Tariff "{ NAME($tariff) }" until { DAY($until) }: { MONEY($price) }. Left { MONEY($left) }. Details: *111*59#
tariff-waits = Tariff "{ NAME($tariff) }" has no packages now: { MONEY($missing) } more is needed. They come back when you top up: *115#
tariff-resumed = Tariff "{ NAME($tariff) }" is paid again until { DAY($until) }: { MONEY($price) }. Left { MONEY($left) }. Details: *111*59#
