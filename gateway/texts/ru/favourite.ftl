### Favourite numbers.

favourite-list = Любимые: { $numbers }. Убрать: *111*43*2*{ $example }#
favourite-empty = Любимых номеров нет. Добавить за { MONEY($fee) }: *111*43*1*9161234567#
favourite-add_ask = Любимый { PHONE($number) }: { MONEY($fee) } один раз. ДА { $code } или *111*97*{ $code }#
favourite-replace_ask = Сменить на { PHONE($number) }? { MONEY($fee) } один раз. ДА { $code } или *111*97*{ $code }#
favourite-ask_again = Цена изменилась. Любимый номер { PHONE($number) }: { MONEY($fee) } один раз. ДА { $code } или *111*97*{ $code }#
favourite-added = { PHONE($number) } любимый: { MONEY($fee) }, осталось { MONEY($left) }. Список: *111*43#
favourite-already_there = { PHONE($number) } уже любимый. Список: *111*43#
favourite-already_removed = { PHONE($number) } нет среди любимых. Список: *111*43#
favourite-removed = { PHONE($number) } больше не любимый. Вернуть: *111*43*1*{ $number }#
favourite-not_on = «Любимые номера» закрыты для новых. Другие услуги: *111*8111*9#
favourite-self = Свой номер любимым не бывает. Другой: *111*43*1*9161234567#
favourite-other_region = { PHONE($number) } из другого региона, нужен номер из вашего.
favourite-not_enough_money = Плата { MONEY($fee) }, не хватает { MONEY($missing) }. Пополнить: *115#
favourite-list_full = Любимых уже { $max }. Заменить: *111*43*3*{ $old }*{ $number }#
favourite-not_listed = { PHONE($number) } нет среди любимых. Список: *111*43#
