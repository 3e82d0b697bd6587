### Ringback melodies.

melody-choose =
    От { MONEY($min) } до { MONEY($max) } на месец. Избор: *111*221*3*номер#{ $lines }{ $next ->
        [0] {""}
       *[some] {"\u000A"}Още: *111*221*9*{ $next }#
    }
melody-none = Сега няма мелодии. Спиране на услугата: *111*29#
melody-set_ask = Мелодия „{ NAME($name) }“? { MONEY($price) } всеки месец. ДА { $code } или *111*97*{ $code }#
melody-set_ask_again = Цената е променена. Мелодия „{ NAME($name) }“? { MONEY($price) } всеки месец. ДА { $code } или *111*97*{ $code }#
melody-set = Звучи „{ NAME($name) }“. Платени { MONEY($price) }, остават { MONEY($left) }. Следващо: { DATE($until) }. Спиране: *111*221*2*{ $id }#
melody-already_set = „{ NAME($name) }“ вече звучи, платена до { DATE($until) }. Спиране: *111*221*2*{ $id }#
melody-renewed = „{ NAME($name) }“ за месец: { MONEY($price) }, остават { MONEY($left) }. Спиране: *111*221*2*{ $id }#
melody-not_renewed = Мелодията „{ NAME($name) }“ е спряна: не стигнаха { MONEY($price) }. Отново: *111*221*3*{ $id }#
melody-already_removed = Нямате мелодия { $id }. Избор: *111*221#
melody-remove_ask = Да махнем ли мелодия { $id }? Платена е до { DATE($until) }, пари не се връщат. ДА { $code } или *111*97*{ $code }#
melody-removed = Мелодия { $id } е махната, не се плаща. Отново: *111*221*3*{ $id }#
melody-not_on = Първо включете услугата: *111*28#. Мелодии: *111*221#
melody-unknown_melody = Няма мелодия { $id }. Всички: *111*221#
melody-not_enough_money = „{ NAME($name) }“ струва { MONEY($price) }, не достигат { MONEY($missing) }. Зареждане: *115#
melody-no_melody = { PHONE($number) } няма наша мелодия. Избор: *111*221#
