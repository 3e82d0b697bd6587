### Top-up from a linked card.

topup-menu = Пополнить с привязанной карты: *115*сумма#. Другому: *115*номер*сумма#. От { MONEY($min) } до { MONEY($max) }. Карта оплаты: *111*155*код карты#
topup-ask = Пополнить с вашей карты на { MONEY($amount) }? ДА { $code } или *111*97*{ $code }#
topup-ask_other = С карты { MONEY($amount) } на { PHONE($number) }? ДА { $code } или *111*97*{ $code }#
topup-accepted = Платёж { MONEY($amount) } принят, банк проводит его. Итог пришлём в SMS.
topup-accepted_other = Платёж { MONEY($amount) } за { PHONE($number) } принят. Результат пришлём по SMS.
topup-paid = Счёт пополнен на { MONEY($amount) } с вашей карты. Баланс: { MONEY($balance) }
topup-paid_other = Номер { PHONE($number) } пополнен на { MONEY($amount) } с вашей карты.
topup-paid_by = Абонент { PHONE($number) } пополнил ваш счёт на { MONEY($amount) }. Баланс: { MONEY($balance) }
topup-unblocked = Долг погашен, номер снова работает.

topup-sum_limits = Пополнить можно от { MONEY($min) } до { MONEY($max) }, например: *115*100#
topup-unknown_number = { PHONE($number) } не наш абонент. Проверьте номер: *115*номер*сумма#
topup-no_card = Карта не привязана, деньги не сняты. Картой оплаты: *111*155*код#
topup-card_expired = Срок вашей карты истёк, деньги не сняты. Привяжите новую карту.
topup-declined = Банк отклонил платёж { MONEY($amount) }, деньги не сняты. Повторить: *115*сумма#
topup-limit = Платёж { MONEY($amount) } больше лимита карты, деньги не сняты. Попробуйте меньшую сумму: *115*сумма#
topup-no_answer = Платёж { MONEY($amount) } не прошёл: банк не ответил. Повторить: *115*сумма#
