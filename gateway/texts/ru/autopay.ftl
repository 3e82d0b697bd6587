### Automatic top-ups.

autopay-none = Автоплатёж не включён. Включить: *111*114*1*порог*сумма#, например *111*114*1*100*300#, или в день месяца *111*114*3*день*сумма#
autopay-show = { $kind ->
        [below] Автоплатёж: { MONEY($amount) }, когда меньше { MONEY($threshold) }.
       *[monthly] Автоплатёж: { MONEY($amount) } каждое { $day }-е число.
    } { $last ->
        [0] Платежей не было.
       *[some] Последний { DATE($last_at) }.
    } Отключить: *111*114*2#
autopay-ask = { $kind ->
        [below] Пополнять с карты на { MONEY($amount) }, когда на счёте меньше { MONEY($threshold) }?
       *[monthly] Пополнять с карты на { MONEY($amount) } каждое { $day }-е число?
    } { $instead ->
        [yes] Вместо прежнего.
       *[no] Без платы.
    } ДА { $code } или *111*97*{ $code }#
autopay-set = { $kind ->
        [below] Автоплатёж включён: { MONEY($amount) }, когда меньше { MONEY($threshold) }.
       *[monthly] Автоплатёж включён: { MONEY($amount) } каждое { $day }-е число.
    } Отключить: *111*114*2#
autopay-off = Автоплатёж отключён. Включить: *111*114*1*порог*сумма#
autopay-paid = Автоплатёж { MONEY($amount) }, на счёте { MONEY($balance) }. Отключить: *111*114*2#

autopay-threshold_limits = Порог от { MONEY($min) } до { MONEY($max) }, например: *111*114*1*100*300#
autopay-sum_limits = Сумма от { MONEY($min) } до { MONEY($max) }, например: *111*114*1*100*300#
autopay-not_payer = За ваш номер платит { PHONE($number) }. Автоплатёж включают с того номера.
autopay-not_on = Автоплатёж и так не включён. Включить: *111*114*1*порог*сумма#
autopay-day_limit = Автоплатёж { MONEY($amount) } не прошёл: в день до { MONEY($max) }. Сами: *115*сумма#
autopay-no_card = Автоплатёж { MONEY($amount) } не прошёл: нет карты. Отключить: *111*114*2#
autopay-card_expired = Автоплатёж { MONEY($amount) } не прошёл: срок карты истёк. Отменить: *111*114*2#
autopay-declined = Автоплатёж { MONEY($amount) } не прошёл: отказал банк. Пополнить: *115*сумма#
autopay-limit = Автоплатёж { MONEY($amount) } выше лимита карты: *111*114*1*порог*сумма#
autopay-no_answer = Автоплатёж { MONEY($amount) } не прошёл: банк не ответил. Пополнить: *115*сумма#
