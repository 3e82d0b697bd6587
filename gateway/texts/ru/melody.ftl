### Ringback melodies.

melody-choose =
    От { MONEY($min) } до { MONEY($max) } в месяц. Поставить: *111*221*3*номер#{ $lines }{ $next ->
        [0] {""}
       *[some] {"\u000A"}Ещё: *111*221*9*{ $next }#
    }
melody-none = Сейчас мелодий нет. Отключить услугу: *111*29#
melody-set_ask = Мелодия «{ NAME($name) }»? { MONEY($price) } каждый месяц. ДА { $code } или *111*97*{ $code }#
melody-set_ask_again = Цена изменилась. Мелодия «{ NAME($name) }»? { MONEY($price) } каждый месяц. ДА { $code } или *111*97*{ $code }#
melody-set = Звучит «{ NAME($name) }». Списано { MONEY($price) }, осталось { MONEY($left) }. Далее { DATE($until) }. Убрать: *111*221*2*{ $id }#
melody-already_set = «{ NAME($name) }» уже звучит, оплачена до { DATE($until) }. Убрать: *111*221*2*{ $id }#
melody-renewed = «{ NAME($name) }» на месяц: { MONEY($price) }, осталось { MONEY($left) }. Убрать: *111*221*2*{ $id }#
melody-not_renewed = Мелодия «{ NAME($name) }» снята: не хватило { MONEY($price) }. Вернуть: *111*221*3*{ $id }#
melody-already_removed = Мелодии { $id } у вас нет. Выбрать: *111*221#
melody-remove_ask = Убрать мелодию { $id }? Она оплачена до { DATE($until) }, деньги не вернутся. ДА { $code } или *111*97*{ $code }#
melody-removed = Мелодия { $id } снята, платить не нужно. Вернуть: *111*221*3*{ $id }#
melody-not_on = Сначала подключите услугу: *111*28#. Мелодии: *111*221#
melody-unknown_melody = Мелодии { $id } нет. Все мелодии: *111*221#
melody-not_enough_money = «{ NAME($name) }» стоит { MONEY($price) }, не хватает { MONEY($missing) }. Пополнить: *115#
melody-no_melody = У { PHONE($number) } нет нашей мелодии. Выбрать: *111*221#
