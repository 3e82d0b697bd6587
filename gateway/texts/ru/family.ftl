### The family's common bill.

family-list_empty = Вы платите за себя. За другой свой номер: *111*750*1*номер#
family-list = С вашего счёта платят ({ $count }): { $numbers }. На счёте { MONEY($balance) }. Убрать: *111*750*2*номер#
family-list_member = За ваш номер платит { PHONE($payer) }. На общем счёте { MONEY($balance) }. Выйти: *111*750*2*{ $number }#
family-invite_ask = Платить за { PHONE($number) } с вашего счёта? ДА { $code } или *111*97*{ $code }#
family-invited = Заявление { $reference } принято. { PHONE($number) } должен согласиться за { $hours } ч.
family-offer = { PHONE($number) } будет платить за ваш номер. Деньги на вашем счёте подождут. Да: *111*750*4*{ $code }# Нет: *111*750*5*{ $code }# Ждём { $hours } ч
family-joined = { PHONE($number) } на вашем счёте, всего { $count }. Убрать: *111*750*2*{ $number }#
family-joined_member =
    Теперь за вас платит { PHONE($payer) }.{ $kept ->
        [0] {""}
       *[some] {" "}Ваши { MONEY($kept) } остались на вашем счёте.
    } Выйти: *111*750*2*{ $number }#
family-already = { PHONE($number) } уже на вашем счёте. Убрать: *111*750*2*{ $number }#
family-remove_ask = Больше не платить за { PHONE($number) }? ДА { $code } или *111*97*{ $code }#
family-leave_ask = Платить самому? На вашем счёте { MONEY($balance) }. ДА { $code } или *111*97*{ $code }#
family-removed = { PHONE($number) } снова платит сам. Вернуть: *111*750*1*{ $number }#
family-removed_member = { PHONE($number) } больше не платит за вас. Баланс: { MONEY($balance) }. Пополнить: *115#
family-left = Вы снова платите сами. Ваш баланс: { MONEY($balance) }. Пополнить: *115#
family-left_by = { PHONE($number) } вышел с вашего счёта и платит сам.

family-self = Это ваш номер. Укажите другой: *111*750*1*9161234567#
family-company = Единый счёт - только для частных лиц. Номер оформлен на организацию.
family-other_owner = { PHONE($number) } не на ваше имя. Единый счёт для своих: *111*750*1*номер#
family-other_region = { PHONE($number) } из другого региона, нужен номер из вашего.
family-not_payer = За вас платит { PHONE($payer) }, приглашает он. Ваш счёт: *111*750#
family-in_family = { PHONE($number) } на другом счёте. Пусть выйдет: *111*750*2*{ $number }#
family-debt = За { PHONE($number) } долг или обещанный платёж. Сначала нужно его погасить: *115*{ $number }*сумма#
family-list_full = На счёте уже { $max }, больше нельзя. Убрать: *111*750*2*номер#
family-void = { PHONE($number) } не вошёл, условия изменились. Ваш счёт: *111*750#
family-not_member = { PHONE($number) } не на вашем счёте. Ваш счёт: *111*750#
