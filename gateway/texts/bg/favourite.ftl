### Favourite numbers.

favourite-list = Любими: { $numbers }. Махане: *111*43*2*{ $example }#
favourite-empty = Няма любими номера. Добавяне за { MONEY($fee) }: *111*43*1*9161234567#
favourite-add_ask = Любим { PHONE($number) }: { MONEY($fee) } еднократно. ДА { $code } или *111*97*{ $code }#
favourite-replace_ask = Смяна с { PHONE($number) }: { MONEY($fee) } еднократно. ДА { $code } или *111*97*{ $code }#
favourite-ask_again = Цената е променена. Любим номер { PHONE($number) }: { MONEY($fee) } еднократно. ДА { $code } или *111*97*{ $code }#
favourite-added = { PHONE($number) } е любим: { MONEY($fee) }, остават { MONEY($left) }. Списък: *111*43#
favourite-already_there = { PHONE($number) } вече е любим. Списък: *111*43#
favourite-already_removed = { PHONE($number) } не е сред любимите. Списък: *111*43#
favourite-removed = { PHONE($number) } вече не е любим. Отново: *111*43*1*{ $number }#
favourite-not_on = „Любими номера“ е закрита за нови. Други услуги: *111*8111*9#
favourite-self = Собственият номер не може да е любим. Друг: *111*43*1*9161234567#
favourite-other_region = { PHONE($number) } е от друг регион, трябва номер от вашия.
favourite-not_enough_money = Таксата е { MONEY($fee) }, не достигат { MONEY($missing) }. Зареждане: *115#
favourite-list_full = Любимите вече са { $max }. Смяна: *111*43*3*{ $old }*{ $number }#
favourite-not_listed = { PHONE($number) } не е сред любимите. Списък: *111*43#
