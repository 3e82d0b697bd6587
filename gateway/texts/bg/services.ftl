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

services-connect_ask_month = „{ NAME($name) }“: { MONEY($price) } веднага и после всеки месец. Включване: SMS ДА { $code } или *111*97*{ $code }#. Отказ: НЕ { $code }
services-connect_ask_day = „{ NAME($name) }“: { MONEY($price) } веднага и после всеки ден. Включване: SMS ДА { $code } или *111*97*{ $code }#. Отказ: НЕ { $code }
services-connect_ask_once = „{ NAME($name) }“: { MONEY($price) } еднократно, без подновяване. Включване: SMS ДА { $code } или *111*97*{ $code }#. Отказ: НЕ { $code }
services-connect_again_month = Нова цена. „{ NAME($name) }“: { MONEY($price) } веднага и всеки месец. Включване: SMS ДА { $code } или *111*97*{ $code }#. Отказ: НЕ { $code }
services-connect_again_day = Нова цена. „{ NAME($name) }“: { MONEY($price) } веднага и всеки ден. Включване: SMS ДА { $code } или *111*97*{ $code }#. Отказ: НЕ { $code }
services-connect_again_once = Нова цена. „{ NAME($name) }“: { MONEY($price) } еднократно. Включване: SMS ДА { $code } или *111*97*{ $code }#. Отказ: НЕ { $code }

services-connected = „{ NAME($name) }“ е включена. Платени { MONEY($price) }, остават { MONEY($left) }. Следващо плащане { DAY($until) }. Изключване: *111*8111*2*{ $id }#
services-connected_once = „{ NAME($name) }“ е включена. Платени { MONEY($price) }, остават { MONEY($left) }. Друго не се плаща. Изключване: *111*8111*2*{ $id }#
services-connected_free = „{ NAME($name) }“ е включена, безплатно. Изключване: *111*8111*2*{ $id }#
services-already_on = „{ NAME($name) }“ вече е включена, платена до { DAY($until) }. Изключване: *111*8111*2*{ $id }#
services-already_on_free = „{ NAME($name) }“ вече е включена, безплатно. Изключване: *111*8111*2*{ $id }#
services-already_on_plain = „{ NAME($name) }“ вече е включена. Изключване: *111*8111*2*{ $id }#
services-already_suspended = „{ NAME($name) }“ е включена, но чака плащане. Заредете сметката и ще заработи. Изключване: *111*8111*2*{ $id }#

services-disconnect_ask = Да изключим ли „{ NAME($name) }“? Платена е до { DAY($until) }, пари не се връщат. Да: SMS ДА { $code } или *111*97*{ $code }#. Не: НЕ { $code }
services-disconnect_ask_unpaid = Да изключим ли „{ NAME($name) }“? Парите за нея не се връщат. Да: SMS ДА { $code } или *111*97*{ $code }#. Не: НЕ { $code }
services-disconnect_ask_free = Да изключим ли „{ NAME($name) }“? Тя е безплатна. Да: SMS ДА { $code } или *111*97*{ $code }#. Не: НЕ { $code }
services-disconnected = „{ NAME($name) }“ е изключена. Беше платена до { DAY($until) }, пари не се връщат. Включване отново: *111*8111*1*{ $id }#
services-disconnected_unpaid = „{ NAME($name) }“ е изключена, повече няма да плащате за нея. Включване отново: *111*8111*1*{ $id }#
services-disconnected_free = „{ NAME($name) }“ е изключена. Включване отново: *111*8111*1*{ $id }#
services-already_off = „{ NAME($name) }“ не е включена при вас. Включване: *111*8111*1*{ $id }#

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
services-excluded = „{ NAME($name) }“ не работи заедно с „{ NAME($other) }“. Първо я изключете: *111*8111*2*{ $id }#
services-needs_tariff = „{ NAME($name) }“ е само за тарифа „{ NAME($tariff) }“. Какво може да включите: *111*8111*9#
services-tariff_forbids = „{ NAME($name) }“ не е за вашата тарифа „{ NAME($tariff) }“. Какво може да включите: *111*8111*9#
services-not_enough_money = „{ NAME($name) }“ струва { MONEY($price) }, не достигат { MONEY($missing) }. Заредете сметката и опитайте пак: *111*8111*1*{ $id }#
services-mandatory = „{ NAME($name) }“ не може да се изключи: без нея няма връзка. Другите ви услуги: *111*8111#
