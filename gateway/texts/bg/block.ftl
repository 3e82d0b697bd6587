### Blocking a number and unblocking it.

block-ask = Да блокираме ли { PHONE($number) }? { $days } дни безплатно, после { MONEY($fee) } на ден. ДА { $code } или *111*97*{ $code }#
block-set = { PHONE($number) } е блокиран. { $days } дни безплатно, после { MONEY($fee) } на ден. Връщане: *111*157*2*номер*парола#
block-set_no_password = { PHONE($number) } е блокиран. { $days } дни безплатно, после { MONEY($fee) } на ден. Връщане: 0890 или магазин с лична карта.
block-set_by = Блокирани сте от { PHONE($number) }. Връщане: *111*157*2*номер*парола#, 0890
block-already = { PHONE($number) } вече е блокиран. Връщане: *111*157*2*номер*парола#, 0890
block-lifted = { PHONE($number) } е отблокиран, връзката работи. Блокиране: *111*157#
block-lifted_debtor = Вашето блокиране на { PHONE($number) } е свалено, но има дълг. Номерът ще заработи след зареждане.
block-lifted_by = Отблокиран сте от { PHONE($number) }. Не сте вие? Блокирайте: *111*157#
block-not_blocked = { PHONE($number) } не е блокиран от вас. Своя блокирате с *111*157#

block-closed = Договорът за този номер е прекратен, няма какво да се блокира.
block-password_needed = Нужна е паролата на { PHONE($number) }. От всеки телефон: *111*157*2*номер*парола#. Без парола: 0890.
block-by_operator = { PHONE($number) } не е блокиран от вас. Обадете се на 0890 или отидете в магазин с лична карта.
block-needs_password = Липсва паролата на номера: *111*157*1*{ $number }*парола#
