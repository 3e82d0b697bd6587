### Tariffs: mine, those open to me, changing, the cheapest.

tariff-show =
    „{ NAME($tariff) }“: { $monthly ->
        [0] без месечна такса
       *[some] { MONEY($monthly) } на месец
    }{ $waits ->
        [yes] {" "}(чака плащане: *115#)
       *[no] {""}
    }{ $minutes ->
        [0] {""}
       *[some] , { $minutes } мин.
    }{ $messages ->
        [0] {""}
       *[some] , { $messages } SMS
    }{ $megabytes ->
        [0] {""}
       *[some] , { $megabytes } МБ
    }. После: минута { MONEY($minute_price) }, SMS { MONEY($sms_price) }, МБ { MONEY($megabyte_price) }. Смяна: *111*59*9#
tariff-list =
    Тарифи, на месец, { $currency ->
        [RUB] руб.
        [BGN] лв.
        [EUR] €
       *[some] { $currency }
    }:{ $tariffs }{ $rest ->
        [0] {""}
       *[some] {"\u000A"}Още тарифи: { $rest }
    }
    Смяна: *111*59*3*{ $id }#
tariff-list_empty = Сега няма други отворени тарифи. Вашата тарифа: *111*59#
tariff-ask =
    { $whose ->
        [own] {""}
       *[other] { PHONE($number) }:{" "}
    }Да сменим ли на „{ NAME($tariff) }“? { $price ->
        [0] Сега безплатно
       *[some] Сега { MONEY($price) }{ $monthly ->
            [0] {""}
           *[some] {" "}с първия месец
        }
    }, после { $monthly ->
        [0] без такса
       *[some] { MONEY($monthly) }
    } на месец.{ $lost ->
        [0] {""}
       *[some] {" "}Платеното до { DAY($lost) } не се връща.
    }{ $count ->
        [0] {""}
       *[some] {" "}Ще се изключат: { $services }.
    }{ $way_back ->
        [closed] {" "}Връщане към сегашната тарифа няма.
       *[open] {""}
    } ДА { $code } или *111*97*{ $code }#
tariff-ask_again =
    { $whose ->
        [own] {""}
       *[other] { PHONE($number) }:{" "}
    }Нови цени. Да сменим ли на „{ NAME($tariff) }“? { $price ->
        [0] Сега безплатно
       *[some] Сега { MONEY($price) }{ $monthly ->
            [0] {""}
           *[some] {" "}с първия месец
        }
    }, после { $monthly ->
        [0] без такса
       *[some] { MONEY($monthly) }
    } на месец.{ $lost ->
        [0] {""}
       *[some] {" "}Платеното до { DAY($lost) } не се връща.
    }{ $count ->
        [0] {""}
       *[some] {" "}Ще се изключат: { $services }.
    }{ $way_back ->
        [closed] {" "}Връщане към сегашната тарифа няма.
       *[open] {""}
    } ДА { $code } или *111*97*{ $code }#
tariff-changed =
    { $whose ->
        [own] Тарифата ви е
       *[other] Тарифата на { PHONE($number) } е
    } „{ NAME($tariff) }“, { $monthly ->
        [0] без такса
       *[some] { MONEY($monthly) }
    } на месец. Взети { MONEY($price) }, остават { MONEY($left) }.{ $monthly ->
        [0] {""}
       *[some] {" "}Следващо плащане { DAY($until) }.
    }{ $count ->
        [0] {""}
       *[some] {" "}Изключени: { $services }.
    }{ $way_back ->
        [closed] {" "}Други тарифи: *111*59*9#
        [child] {" "}Връщане: *111*7788*3*{ $number }*{ $before }#
       *[open] {" "}Връщане: *111*59*3*{ $before }#
    }
tariff-already =
    { $whose ->
        [own] Вече сте на тарифа
       *[other] { PHONE($number) } вече е на тарифа
    } „{ NAME($tariff) }“. Други тарифи: *111*59*9#
tariff-changed_by = Абонатът { PHONE($number) } смени тарифата ви на „{ NAME($tariff) }“. Подробно: *111*59#
tariff-advice = За { $days } дни „{ NAME($tariff) }“ щеше да струва { MONEY($cost) }, с { MONEY($saved) } по-малко. Смяна: *111*59*3*{ $id }#
tariff-advice_stay = Вашата тарифа е най-изгодна за вас: { MONEY($cost) } за { $days } дни. Други: *111*59*9#

tariff-unknown_tariff = Няма тарифа { $id }. Тарифи за вас: *111*59*9#
tariff-archive = На „{ NAME($tariff) }“ вече не се минава. Тарифи за вас: *111*59*9#
tariff-recently = Тарифата току-що е сменена. Отново може { DATETIME($until) }. Вашата: *111*59#
tariff-debt = { $whose ->
        [own] Балансът е { MONEY($balance) }. Първо заредете, после сменете тарифата: *115#
       *[other] { PHONE($number) } има дълг. Първо заредете: *115*{ $number }*сума#
    }
tariff-not_enough_money =
    Смяната на „{ NAME($tariff) }“ { $monthly ->
        [0] {""}
       *[some] с първия месец{" "}
    }струва { MONEY($price) }, не достигат { MONEY($missing) }. Зареждане: *115#
tariff-too_little =
    { $days ->
        [one] За съвет трябва поне { $days } ден разговори.
       *[other] За съвет трябват поне { $days } дни разговори.
    } Всички тарифи: *111*59*9#

tariff-renewed = Тарифа „{ NAME($tariff) }“ до { DAY($until) }: { MONEY($price) }. Остават { MONEY($left) }. Подробно: *111*59#
tariff-waits = Тарифа „{ NAME($tariff) }“ е без пакети: не достигат { MONEY($missing) }. Зареждане: *115#
tariff-resumed = Тарифа „{ NAME($tariff) }“ пак е платена до { DAY($until) }: { MONEY($price) }. Остават { MONEY($left) }.
