### Blocking a number and unblocking it.

block-ask = Заблокировать { PHONE($number) }? { $days } дн. бесплатно, потом { MONEY($fee) } в день. ДА { $code } или *111*97*{ $code }#
block-set = { PHONE($number) } заблокирован. { $days } дн. бесплатно, потом { MONEY($fee) } в день. Вернуть: *111*157*2*номер*пароль#
block-set_no_password = { PHONE($number) } заблокирован. { $days } дн. бесплатно, потом { MONEY($fee) } в день. Вернуть: 0890 или салон с паспортом.
block-set_by = Номер блокирован с { PHONE($number) }. Снять: *111*157*2*номер*пароль#, 0890
block-already = { PHONE($number) } уже заблокирован. Снять: *111*157*2*номер*пароль#, 0890
block-lifted = { PHONE($number) } снова работает. Заблокировать: *111*157#
block-lifted_debtor = Ваша блокировка { PHONE($number) } снята, но на счёте долг. Номер заработает после пополнения.
block-lifted_by = Блокировка снята с { PHONE($number) }. Не вы? Верните её: *111*157#
block-not_blocked = { PHONE($number) } вы не блокировали. Блокировать свой: *111*157#

block-closed = Договор по этому номеру закончен, блокировать нечего.
block-password_needed = Нужен пароль номера { PHONE($number) }. С любого телефона: *111*157*2*номер*пароль#. Нет пароля: 0890.
block-by_operator = { PHONE($number) } заблокирован не вами. Звоните 0890 или в салон с паспортом.
block-needs_password = Нужен пароль номера: *111*157*1*{ $number }*пароль#
