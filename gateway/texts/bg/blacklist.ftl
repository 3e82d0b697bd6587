### The black list.

blacklist-off = Черният списък не е включен, номера в него: { $count }. Включване: *111*442#
blacklist-empty = Черният списък е включен, няма номера. Добавяне: *111*442*1*номер#
blacklist-list =
    { $rest ->
        [0] Черен списък ({ $count }): { $numbers }. Махане: *111*442*2*номер#
       *[more] Черен списък ({ $count }), последни: { $numbers }. Махане: *111*442*2*номер#
    }
blacklist-barred =
    { $number } е в черния списък ({ $count }). Махане: { $letters ->
        [0] *111*442*2*{ $number }#
       *[1] SMS ЧЕРЕН - { $number }
    }
blacklist-already_barred =
    { $number } вече е в черния списък. Махане: { $letters ->
        [0] *111*442*2*{ $number }#
       *[1] SMS ЧЕРЕН - { $number }
    }
blacklist-unbarred =
    { $number } не е в списъка, остават { $count }. Връщане: { $letters ->
        [0] *111*442*1*{ $number }#
       *[1] SMS ЧЕРЕН + { $number }
    }

blacklist-not_on = Първо включете черния списък: *111*442#
blacklist-self = Това е вашият номер. Посочете друг: *111*442*1*номер#
blacklist-sms_only = { $number } праща SMS: първо включете SMS Pro: *111*8111*1*{ $id }#
blacklist-list_full = В черния списък вече има { $max } номера, повече не може. Махнете излишен: *111*442*2*номер#
blacklist-not_listed = { $number } не е в черния списък. Списък: *111*442*9#
