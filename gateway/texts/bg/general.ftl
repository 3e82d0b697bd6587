### general: what any command may answer

# Everything that changes something is refused while a number is blocked.
general-debtor = Номерът е блокиран, дълг { MONEY($missing) }. Заредете: *115# и ще работи.
general-blocked = Номерът е блокиран. Сваляне: *111*157*2*номер*парола# или на 0890.
general-busy = В момента има много заявки. Моля, опитайте отново след минута.
general-did_you_mean = Имахте предвид { $what }? Да: ДА { $code } или *111*97*{ $code }#. Не: НЕ { $code }
# A fault of ours; `reference` is what the help desk asks for.
general-fault = Имаме повреда. Не са удържани пари. Опитайте по-късно. Номер { $reference }
# Done, but a fault of ours keeps us from saying what. `reference` is what the help desk asks for.
general-untold = Готово, но не успяхме да покажем отговора. Баланс *100#. Номер { $reference }
# To a number that somebody else acts for; `what` is as below.
general-done_by = От { PHONE($number) } за вас е изпълнено: { NAME($what) }
# `what` is the description of the command, from the code table.
general-later = Още не е достъпно: { NAME($what) }. Всички команди: *111#
# A long SMS some of whose parts never came.
general-incomplete = Дойдоха { $came } от { $total } части на SMS. Нищо не е направено, повторете.
general-unknown_subscriber = Не намираме Вашия номер. Елате в наш магазин с лична карта.
