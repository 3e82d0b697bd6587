### Services: lists, connecting, disconnecting.

services-list =
    Вашите услуги, цени в { $currency ->
        [RUB] рубли
        [BGN] лв.
        [EUR] евро
       *[some] { $currency }
    }{ $month_count ->
        [0] {""}
       *[some] {"\u000A"}На месец:{ $month }
    }{ $day_count ->
        [0] {""}
       *[some] {"\u000A"}На ден:{ $day }
    }{ $once_count ->
        [0] {""}
       *[some] {"\u000A"}Еднократни:{ $once }
    }{ $free_count ->
        [0] {""}
       *[some] {"\u000A"}Безплатни:{ $free }
    }{ $suspended_count ->
        [0] {""}
       *[some] {"\u000A"}Чакат плащане:{ $suspended }
    }
    Общо на месец: { MONEY($month_total) }{ $day_count ->
        [0] {""}
       *[some] , на ден: { MONEY($day_total) }
    }
services-list_empty = Нямате включени услуги. Какво може да включите: *111*8111*9#
services-catalogue =
    Услуги, цени в { $currency ->
        [RUB] рубли
        [BGN] лв.
        [EUR] евро
       *[some] { $currency }
    }{ $month_count ->
        [0] {""}
       *[some] {"\u000A"}На месец:{ $month }
    }{ $day_count ->
        [0] {""}
       *[some] {"\u000A"}На ден:{ $day }
    }{ $once_count ->
        [0] {""}
       *[some] {"\u000A"}Еднократно:{ $once }
    }{ $free_count ->
        [0] {""}
       *[some] {"\u000A"}Безплатно:{ $free }
    }{ $rest ->
        [0] {""}
       *[some] {"\u000A"}Още услуги: { $rest }
    }
    Включване: *111*8111*1*{ $id }#
services-catalogue_empty = Сега няма нови услуги за вас. Вашите услуги: *111*8111#

services-connect_ask_month = Включване на „{ NAME($name) }“? { MONEY($price) } всеки месец. ДА { $code } или *111*97*{ $code }#
services-connect_ask_day = Включване на „{ NAME($name) }“? { MONEY($price) } всеки ден. ДА { $code } или *111*97*{ $code }#
services-connect_ask_once = Включване на „{ NAME($name) }“? { MONEY($price) } еднократно. ДА { $code } или *111*97*{ $code }#
services-connect_again_month = Нова цена: { MONEY($price) } всеки месец. Включване на „{ NAME($name) }“? ДА { $code } или *111*97*{ $code }#
services-connect_again_day = Нова цена: { MONEY($price) } всеки ден. Включване на „{ NAME($name) }“? ДА { $code } или *111*97*{ $code }#
services-connect_again_once = Нова цена: { MONEY($price) } еднократно. Включване на „{ NAME($name) }“? ДА { $code } или *111*97*{ $code }#

services-connected = „{ NAME($name) }“ е включена. Платени { MONEY($price) }, остават { MONEY($left) }. Следващо плащане { DAY($until) }. Изключване: *111*8111*2*{ $id }#
services-connected_once = „{ NAME($name) }“ е включена. Платени { MONEY($price) }, остават { MONEY($left) }. Друго не се плаща. Изключване: *111*8111*2*{ $id }#
services-connected_free = „{ NAME($name) }“ е включена безплатно. Изключване: *111*8111*2*{ $id }#
services-already_on = „{ NAME($name) }“ вече е включена, платена до { DAY($until) }. Изключване: *111*8111*2*{ $id }#
services-already_on_free = „{ NAME($name) }“ вече е включена безплатно. Изключване: *111*8111*2*{ $id }#
services-already_on_plain = „{ NAME($name) }“ вече е включена. Изключване: *111*8111*2*{ $id }#
services-already_suspended = „{ NAME($name) }“ е включена, но чака плащане. Заредете сметката и ще заработи. Изключване: *111*8111*2*{ $id }#

services-disconnect_ask = Да изключим ли „{ NAME($name) }“? Платеното до { DAY($until) } не се връща. ДА { $code } или *111*97*{ $code }#
services-disconnect_ask_unpaid = Да изключим ли „{ NAME($name) }“? Пари не се връщат. ДА { $code } или *111*97*{ $code }#
services-disconnect_ask_free = Да изключим ли „{ NAME($name) }“? ДА { $code } или *111*97*{ $code }#
services-disconnected = „{ NAME($name) }“ е изключена, беше платена до { DAY($until) }. Отново: *111*8111*1*{ $id }#
services-disconnected_unpaid = „{ NAME($name) }“ е изключена, няма да плащате. Отново: *111*8111*1*{ $id }#
services-disconnected_free = „{ NAME($name) }“ е изключена. Отново: *111*8111*1*{ $id }#
services-already_off = „{ NAME($name) }“ не е включена. Включване: *111*8111*1*{ $id }#

services-unknown_service =
    { $count ->
        [0] Няма услуга { $id }. { $operation ->
            [disconnect] Вашите услуги: *111*8111#
           *[connect] Всички услуги: *111*8111*9#
        }
       *[some] Няма услуга { $id }. Подобни: { $nearest }. { $operation ->
            [disconnect] Вашите услуги: *111*8111#
           *[connect] Всички услуги: *111*8111*9#
        }
    }
services-closed = „{ NAME($name) }“ вече не се включва. Други услуги: *111*8111*9#
services-banned = „{ NAME($name) }“ не се включва: спрели сте абонаментите. Връщане: *152*2*5#
services-excluded = „{ NAME($name) }“ не работи заедно с „{ NAME($other) }“. Първо я изключете: *111*8111*2*{ $id }#
services-needs_tariff = „{ NAME($name) }“ е само за „{ NAME($tariff) }“. Какво може: *111*8111*9#
services-tariff_forbids = „{ NAME($name) }“ не е за тарифа „{ NAME($tariff) }“. Какво може: *111*8111*9#
services-not_enough_money = „{ NAME($name) }“ струва { MONEY($price) }, не достигат { MONEY($missing) }. Заредете сметката и опитайте пак: *111*8111*1*{ $id }#
services-mandatory = „{ NAME($name) }“ не може да се изключи: без нея няма връзка. Другите ви услуги: *111*8111#

services-renewed = „{ NAME($name) }“ е платена до { DAY($until) }: { MONEY($price) }. Остават { MONEY($left) }. Изключване: *111*8111*2*{ $id }#
services-suspended = „{ NAME($name) }“ чака плащане. Заредете { MONEY($missing) } и ще работи: *115#
services-resumed = „{ NAME($name) }“ отново работи: { MONEY($price) } до { DAY($until) }, остават { MONEY($left) }. Изключване: *111*8111*2*{ $id }#
services-ended = „{ NAME($name) }“ е изключена: месец без плащане. Включване: *111*8111*1*{ $id }#
