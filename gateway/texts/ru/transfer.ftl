### Direct transfer of money.

transfer-ask = Перевод { MONEY($amount) } на { PHONE($number) }, плата { MONEY($fee) }. Да: *112*{ $code }# или SMS ДА { $code }. Нет: SMS НЕТ { $code }. Код действует { $minutes } мин.
transfer-ask_again = Плата теперь { MONEY($fee) }. Перевод { MONEY($amount) } на { PHONE($number) }. Да: *112*{ $code }# или SMS ДА { $code }. Нет: SMS НЕТ { $code }. Код действует { $minutes } мин.
transfer-sent = Переведено { MONEY($amount) } на { PHONE($number) }, плата { MONEY($fee) }, на счёте { MONEY($balance) }. Операция № { $reference }
transfer-received = Вам перевод: { MONEY($amount) } от { PHONE($number) }. Деньги уже на счёте.
transfer-form = Перевод: *112*номер*сумма#, например *112*9161234567*100#, или SMS ПЕРЕВОД номер сумма. За раз от { MONEY($min) } до { MONEY($max) }, плата { MONEY($fee) }

transfer-self = На этот же номер перевести нельзя. Укажите другой: *112*номер*сумма#
transfer-company = С номера организации перевод невозможен, только с личного.
transfer-tariff = На тарифе «{ NAME($tariff) }» нет переводов. Они есть на других тарифах.
transfer-unknown_number = { PHONE($number) } - не наш абонент. Проверьте номер: *112*номер*сумма#
transfer-other_region = { PHONE($number) } из другого региона, перевод только внутри вашего.
transfer-same_account = У номера { PHONE($number) } тот же счёт, переводить не нужно. Баланс: *100#
transfer-sum_limits = За раз от { MONEY($min) } до { MONEY($max) }, например: *112*{ $number }*{ $example }#
transfer-day_limit =
    { $left ->
        [0] Предел переводов за день, { MONEY($max) }, уже достигнут. Попробуйте завтра.
       *[more] Сегодня можно перевести ещё { MONEY($left) }: *112*{ $number }*{ $example }#. Всего за день { MONEY($max) }
    }
transfer-receiver_day_limit =
    { $left ->
        [0] Номер { PHONE($number) } сегодня больше не примет переводов. Завтра можно.
       *[more] { PHONE($number) } может получить ещё { MONEY($left) }: *112*{ $number }*{ $example }#
    }
transfer-not_enough_money =
    { $possible ->
        [0] Не хватает { MONEY($missing) }: плата { MONEY($fee) }, и на счёте должно остаться { MONEY($left_min) }. Пополните счёт.
       *[more] Не хватает { MONEY($missing) }. Можно до { MONEY($possible) }: *112*{ $number }*{ $example }#. Плата { MONEY($fee) }, на счёте должно остаться { MONEY($left_min) }
    }
