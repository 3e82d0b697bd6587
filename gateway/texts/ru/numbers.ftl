### Several numbers in one account.

numbers-connected = Услуга «Номера» подключена, бесплатно. Отключить: *111*828*2#
numbers-already_on = Услуга «Номера» уже подключена. Отключить: *111*828*2#
numbers-disconnect_ask = Отключить «Номера»? Номер выйдет из общего кабинета (других номеров там: { $count }). Да: SMS ДА { $code } или *111*97*{ $code }#. Нет: НЕТ { $code }
numbers-disconnected = Услуга «Номера» отключена. Подключить снова: *111*828*1#
numbers-already_off = Услуга «Номера» не подключена. Подключить: *111*828*1#

numbers-list = С вашим номером связаны ({ $count }): { $numbers }. Отвязать: *111*828*8*номер#
numbers-list_empty = «Номера» включены, связанных нет. Добавить: *111*828*3*номер#
numbers-list_off = «Номера» не подключены, связанных нет. Подключить: *111*828*1#

numbers-link_ask = Номер { PHONE($number) } хочет управлять вашим в общем кабинете. Согласны: SMS ДА { $code } или *111*97*{ $code }#. Нет: НЕТ { $code }. Ждём { $hours } ч.
numbers-link_asked = Вопрос послан на { PHONE($number) }. Ответьте с него за { $hours } ч.
numbers-linked = { PHONE($number) } связан, всего { $count }. Отвязать: *111*828*8*{ $number }#
numbers-linked_target = Ваш номер связан с { PHONE($number) }. Отвязать: *111*828*8*{ $own }#
numbers-unlinked = Номер { PHONE($number) } отвязан. Связать снова: *111*828*3*{ $number }#
numbers-unlinked_own = Ваш номер больше не связан с другими. Связать снова: *111*828*3*номер#
numbers-unlinked_target = Номер { PHONE($number) } отвязал ваш. Связать снова: *111*828*3*{ $number }#

numbers-acting = { $minutes } мин команды относятся к { PHONE($number) }. К своему: *111*26*2#
numbers-acting_own = Ваши команды снова относятся к вашему номеру.
numbers-acting_by = С { PHONE($number) } управляют вашим номером. Не вы? Отвязать: *111*828*2#

numbers-company = Это для частных лиц, а ваш номер оформлен на организацию.
numbers-self = Это сам ваш номер. Укажите другой: *111*828*3*номер#
numbers-not_on = Сначала подключите услугу «Номера»: *111*828*1#
numbers-other_owner = { PHONE($number) } не на ваше имя. Связать можно свои: *111*828*3*номер#
numbers-other_region = { PHONE($number) } из другого региона, нужен номер из вашего.
numbers-target_not_on = Сначала наберите на телефоне { PHONE($number) } *111*828*1#, потом на своём *111*828*3*{ $number }#
numbers-already_linked = Номер { PHONE($number) } уже связан с вашим. Все номера: *111*828#
numbers-list_full = Связано номеров: { $max }, больше нельзя. Отвяжите лишний: *111*828*8*номер#
numbers-not_linked = Номер { PHONE($number) } не связан с вашим. Связанные номера: *111*828#
