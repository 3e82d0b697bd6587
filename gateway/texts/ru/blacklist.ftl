### The black list.

blacklist-off = Чёрный список не подключён, номеров в нём: { $count }. Подключить: *111*442#
blacklist-empty = Чёрный список включён и пуст. Добавить: *111*442*1*номер#
blacklist-list =
    { $rest ->
        [0] Чёрный список ({ $count }): { $numbers }. Убрать: *111*442*2*номер#
       *[more] Чёрный список ({ $count }), последние: { $numbers }. Убрать: *111*442*2*номер#
    }
blacklist-barred =
    { $number } в чёрном списке ({ $count }). Убрать: { $letters ->
        [0] *111*442*2*{ $number }#
       *[1] SMS ЧС - { $number }
    }
blacklist-already_barred =
    { $number } уже в чёрном списке. Убрать: { $letters ->
        [0] *111*442*2*{ $number }#
       *[1] SMS ЧС - { $number }
    }
blacklist-unbarred =
    { $number } не в списке, осталось { $count }. Вернуть: { $letters ->
        [0] *111*442*1*{ $number }#
       *[1] SMS ЧС + { $number }
    }

blacklist-not_on = Сначала подключите чёрный список: *111*442#
blacklist-self = Это ваш номер. Укажите другой: *111*442*1*номер#
blacklist-sms_only = { $number } пишет SMS: сначала подключите SMS Pro: *111*8111*1*{ $id }#
blacklist-list_full = В списке { $max }, больше нельзя. Убрать: *111*442*2*номер#
blacklist-not_listed = { $number } нет в чёрном списке. Список: *111*442*9#
