### Top-up from a linked card.

topup-menu = Зареждане от свързана карта: *115*сума#. За друг: *115*номер*сума#. От { MONEY($min) } до { MONEY($max) }. Ваучер: *111*155*код#
topup-ask = Да заредим { MONEY($amount) } от картата ви? ДА { $code } или *111*97*{ $code }#
topup-ask_other = { MONEY($amount) } от картата за { PHONE($number) }? ДА { $code } или *111*97*{ $code }#
topup-accepted = Плащането { MONEY($amount) } е в банката. Резултатът ще дойде със SMS.
topup-accepted_other = Плащането { MONEY($amount) } за { PHONE($number) } е прието. Ще ви пишем резултата.
topup-paid = Заредихте { MONEY($amount) } от картата си. Баланс: { MONEY($balance) }
topup-paid_other = Номер { PHONE($number) } е зареден с { MONEY($amount) } от картата ви.
topup-paid_by = Абонатът { PHONE($number) } зареди сметката ви с { MONEY($amount) }. Баланс: { MONEY($balance) }
topup-unblocked = Дългът е платен, номерът отново работи.

topup-sum_limits = Може да заредите от { MONEY($min) } до { MONEY($max) }, например: *115*100#
topup-unknown_number = { PHONE($number) } не е наш абонат. Проверете номера: *115*номер*сума#
topup-no_card = Няма свързана карта, нищо не е взето. Зареждане с ваучер: *111*155*код#
topup-card_expired = Картата ви е изтекла, нищо не е взето. Свържете нова карта.
topup-declined = Банката отказа плащането { MONEY($amount) }, нищо не е взето. Опитайте пак: *115*сума#
topup-limit = Плащането { MONEY($amount) } е над лимита на картата, нищо не е взето. Опитайте по-малка сума: *115*сума#
topup-no_answer = Плащането { MONEY($amount) } не мина: банката не отговори. Опитайте по-късно: *115*сума#
