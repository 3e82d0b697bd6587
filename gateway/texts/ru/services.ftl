### Services: lists, connecting, disconnecting.

services-list =
    Ваши услуги, цены в { $currency ->
        [RUB] руб.
        [BGN] лв.
        [EUR] евро
       *[some] { $currency }
    }{ $month_count ->
        [0] {""}
       *[some] {"\u000A"}В месяц:{ $month }
    }{ $day_count ->
        [0] {""}
       *[some] {"\u000A"}В день:{ $day }
    }{ $once_count ->
        [0] {""}
       *[some] {"\u000A"}Разовые:{ $once }
    }{ $free_count ->
        [0] {""}
       *[some] {"\u000A"}Бесплатные:{ $free }
    }{ $suspended_count ->
        [0] {""}
       *[some] {"\u000A"}Ждут оплаты:{ $suspended }
    }
    Итого в месяц: { MONEY($month_total) }{ $day_count ->
        [0] {""}
       *[some] , в день: { MONEY($day_total) }
    }
services-list_empty = Услуг у вас нет. Что можно подключить: *111*8111*9#
services-catalogue =
    Услуги, цены в { $currency ->
        [RUB] руб.
        [BGN] лв.
        [EUR] евро
       *[some] { $currency }
    }{ $month_count ->
        [0] {""}
       *[some] {"\u000A"}В месяц:{ $month }
    }{ $day_count ->
        [0] {""}
       *[some] {"\u000A"}В день:{ $day }
    }{ $once_count ->
        [0] {""}
       *[some] {"\u000A"}Разово:{ $once }
    }{ $free_count ->
        [0] {""}
       *[some] {"\u000A"}Бесплатно:{ $free }
    }{ $rest ->
        [0] {""}
       *[some] {"\u000A"}Ещё услуг: { $rest }
    }
    Подключить: *111*8111*1*{ $id }#
services-catalogue_empty = Новых услуг для вас сейчас нет. Ваши услуги: *111*8111#

services-connect_ask_month = Подключить «{ NAME($name) }»? { MONEY($price) } каждый месяц. ДА { $code } или *111*97*{ $code }#
services-connect_ask_day = Подключить «{ NAME($name) }»? { MONEY($price) } каждый день. ДА { $code } или *111*97*{ $code }#
services-connect_ask_once = Подключить «{ NAME($name) }»? { MONEY($price) } один раз. ДА { $code } или *111*97*{ $code }#
services-connect_again_month = Новая цена: { MONEY($price) } каждый месяц. Подключить «{ NAME($name) }»? ДА { $code } или *111*97*{ $code }#
services-connect_again_day = Новая цена: { MONEY($price) } каждый день. Подключить «{ NAME($name) }»? ДА { $code } или *111*97*{ $code }#
services-connect_again_once = Новая цена: { MONEY($price) } один раз. Подключить «{ NAME($name) }»? ДА { $code } или *111*97*{ $code }#

services-connected = «{ NAME($name) }» подключена. Списано { MONEY($price) }, осталось { MONEY($left) }. Следующая оплата { DAY($until) }. Отключить: *111*8111*2*{ $id }#
services-connected_once = «{ NAME($name) }» подключена. Списано { MONEY($price) }, осталось { MONEY($left) }. Больше платить не нужно. Отключить: *111*8111*2*{ $id }#
services-connected_free = «{ NAME($name) }» подключена, бесплатно. Отключить: *111*8111*2*{ $id }#
services-already_on = «{ NAME($name) }» уже подключена, оплачена до { DAY($until) }. Отключить: *111*8111*2*{ $id }#
services-already_on_free = «{ NAME($name) }» уже есть, бесплатно. Отключить: *111*8111*2*{ $id }#
services-already_on_plain = «{ NAME($name) }» уже подключена. Отключить: *111*8111*2*{ $id }#
services-already_suspended = «{ NAME($name) }» подключена, но ждёт оплаты. Пополните счёт, и она заработает. Отключить: *111*8111*2*{ $id }#

services-disconnect_ask = Отключить «{ NAME($name) }»? Оплата до { DAY($until) } не вернётся. ДА { $code } или *111*97*{ $code }#
services-disconnect_ask_unpaid = Отключить «{ NAME($name) }»? Деньги не вернутся. ДА { $code } или *111*97*{ $code }#
services-disconnect_ask_free = Отключить «{ NAME($name) }»? ДА { $code } или *111*97*{ $code }#
services-disconnected = «{ NAME($name) }» отключена, была оплачена до { DAY($until) }. Вернуть: *111*8111*1*{ $id }#
services-disconnected_unpaid = «{ NAME($name) }» отключена, платить не нужно. Вернуть: *111*8111*1*{ $id }#
services-disconnected_free = «{ NAME($name) }» отключена. Вернуть: *111*8111*1*{ $id }#
services-already_off = «{ NAME($name) }» у вас не подключена. Подключить: *111*8111*1*{ $id }#

services-unknown_service =
    { $count ->
        [0] Услуги { $id } нет. { $operation ->
            [disconnect] Ваши услуги: *111*8111#
           *[connect] Все услуги: *111*8111*9#
        }
       *[some] Услуги { $id } нет. Похожие: { $nearest }. { $operation ->
            [disconnect] Ваши услуги: *111*8111#
           *[connect] Все услуги: *111*8111*9#
        }
    }
services-closed = «{ NAME($name) }» больше не подключают. Другие услуги: *111*8111*9#
services-banned = «{ NAME($name) }» не включить: подписки вы запретили. Разрешить: *152*2*5#
services-excluded = «{ NAME($name) }» не работает вместе с «{ NAME($other) }». Сначала отключите её: *111*8111*2*{ $id }#
services-needs_tariff = «{ NAME($name) }» только для тарифа «{ NAME($tariff) }». Что можно: *111*8111*9#
services-tariff_forbids = «{ NAME($name) }» не для тарифа «{ NAME($tariff) }». Что можно: *111*8111*9#
services-not_enough_money = «{ NAME($name) }» стоит { MONEY($price) }, не хватает { MONEY($missing) }. Пополните счёт и повторите: *111*8111*1*{ $id }#
services-mandatory = «{ NAME($name) }» отключить нельзя: без неё связь не работает. Другие ваши услуги: *111*8111#

services-renewed = «{ NAME($name) }» оплачена до { DAY($until) }: { MONEY($price) }. Осталось { MONEY($left) }. Отключить: *111*8111*2*{ $id }#
services-suspended = «{ NAME($name) }» ждёт оплаты. Пополните на { MONEY($missing) }, и включится: *115#
services-resumed = «{ NAME($name) }» снова работает: { MONEY($price) } до { DAY($until) }, осталось { MONEY($left) }. Отключить: *111*8111*2*{ $id }#
services-ended = «{ NAME($name) }» отключена: месяц без оплаты. Подключить: *111*8111*1*{ $id }#
