### Several numbers in one account.

numbers-connected = Услугата „Номера“ е включена, безплатно. Изключване: *111*828*2#
numbers-already_on = Услугата „Номера“ вече е включена. Изключване: *111*828*2#
numbers-disconnect_ask = Да изключим ли „Номера“? Номерът излиза от общия кабинет (други номера там: { $count }). Да: SMS ДА { $code } или *111*97*{ $code }#. Не: НЕ { $code }
numbers-disconnected = Услугата „Номера“ е изключена. Включване отново: *111*828*1#
numbers-already_off = Услугата „Номера“ не е включена. Включване: *111*828*1#

numbers-list = С вашия номер са свързани ({ $count }): { $numbers }. Премахване: *111*828*8*номер#
numbers-list_empty = „Номера“ е включена, няма свързани. Добавяне: *111*828*3*номер#
numbers-list_off = „Номера“ не е включена, няма свързани. Включване: *111*828*1#

numbers-link_ask = Номер { PHONE($number) } иска да управлява вашия в общ кабинет. Съгласие: SMS ДА { $code } или *111*97*{ $code }#. Отказ: НЕ { $code }. Срок { $hours } ч.
numbers-link_asked = Въпросът е пратен до { PHONE($number) }. Отговорете от него до { $hours } ч.
numbers-linked = { PHONE($number) } е свързан, общо { $count }. Отделяне: *111*828*8*{ $number }#
numbers-linked_target = Свързани сте с { PHONE($number) }. Отделяне: *111*828*8*{ $own }#
numbers-unlinked = { PHONE($number) } е отделен. Свързване пак: *111*828*3*{ $number }#
numbers-unlinked_own = Вашият номер вече не е свързан с други. Свързване отново: *111*828*3*номер#
numbers-unlinked_target = { PHONE($number) } отдели номера ви. Свързване: *111*828*3*{ $number }#

numbers-acting = { $minutes } мин командите са за { PHONE($number) }. Към своя: *111*26*2#
numbers-acting_own = Командите ви отново са за вашия номер.
numbers-acting_by = { PHONE($number) } управлява номера ви. Отделяне: *111*828*2#

numbers-company = Това е за частни лица, а вашият номер е на фирма.
numbers-self = Това е самият ваш номер. Посочете друг: *111*828*3*номер#
numbers-not_on = Първо включете услугата „Номера“: *111*828*1#
numbers-other_owner = { PHONE($number) } не е на ваше име. Само свои номера: *111*828*3*номер#
numbers-other_region = { PHONE($number) } е от друг регион, трябва номер от вашия.
numbers-target_not_on = Първо наберете от телефон { PHONE($number) } *111*828*1#, после от своя *111*828*3*{ $number }#
numbers-already_linked = Номер { PHONE($number) } вече е свързан с вашия. Всички номера: *111*828#
numbers-list_full = Свързани номера: { $max }, повече не може. Премахнете излишен: *111*828*8*номер#
numbers-not_linked = Номер { PHONE($number) } не е свързан с вашия. Свързани номера: *111*828#
