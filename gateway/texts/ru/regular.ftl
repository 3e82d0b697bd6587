### Regular transfers.

regular-ask = { $period ->
        [daily] Каждый день
        [weekly] Каждую неделю
       *[monthly] Каждый месяц
    } { MONEY($amount) } на { PHONE($number) }, первый раз { DATE($first) }. { $fee ->
        [0] Без платы.
       *[fee] Плата { MONEY($fee) } один раз.
    } ДА { $code } или *111*97*{ $code }#
regular-set = Перевод { MONEY($amount) } на { PHONE($number) } начнётся { DATETIME($first) }. На счёте { MONEY($balance) }. Отменить: *114*{ $number }#
regular-already = Этот перевод уже есть: { MONEY($amount) } на { PHONE($number) }, следующий { DATETIME($first) }. Отменить: *114*{ $number }#
regular-cancelled = Переводов на { PHONE($number) } больше не будет. Снова: *114*номер*1*сумма#
regular-moved = Переведено { MONEY($amount) } на { PHONE($number) }, на счёте { MONEY($balance) }. Следующий раз { DATE($next) }. Отменить: *114*{ $number }#
regular-missed = Перевод { MONEY($amount) } на { PHONE($number) } не сделан: { $reason ->
        [blocked] номер заблокирован
        [not_enough_money] не хватает денег
       *[limit] превышен предел за день
    }. Следующий { DATE($next) }. Отменить: *114*{ $number }#
regular-ended = Переводов на { PHONE($number) } больше не будет: этот номер не может их получать от вас.

regular-self = Это ваш же номер. Укажите другой: *114*номер*1*сумма#
regular-company = С номера организации перевод невозможен, только с личного.
regular-tariff = На тарифе «{ NAME($tariff) }» нет переводов. Сменить тариф: *111*59*9#
regular-unknown_number = { PHONE($number) } не наш абонент. Проверьте номер: *114*номер*1*сумма#
regular-other_region = { PHONE($number) } из другого региона, перевод только внутри вашего.
regular-same_account = У номера { PHONE($number) } тот же счёт, переводить не нужно. Баланс: *100#
regular-sum_limits = За раз можно от { MONEY($min) } до { MONEY($max) }, например: *114*{ $number }*1*{ $example }#
regular-not_enough_money = На плату { MONEY($fee) } не хватает { MONEY($missing) }. Пополните счёт: *115#
regular-too_many = Регулярных переводов не больше { $max }. Отменить один: *114*{ $number }#
regular-not_set = Переводов на { PHONE($number) } нет. Настроить: *114*номер*1*сумма#. 1 - каждый день, 2 - неделю, 3 - месяц
