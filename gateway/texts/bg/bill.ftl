### A company's bill.

bill-show = За миналия месец { MONEY($last) }, за този { MONEY($now) }. В сметката { MONEY($balance) }. { $day ->
        [0] Плащане от карта: *111*117*7*сума#
       *[some] По график { MONEY($amount) } всеки месец на дата { $day }. Отказ: *111*117*2#
    }
bill-ask = Да платим { MONEY($amount) } от картата? ДА { $code } или *111*97*{ $code }#
bill-accepted = Плащането { MONEY($amount) } е в банката. Резултатът ще дойде със SMS.
bill-paid = Фактурата е платена от картата: { MONEY($amount) }. Баланс { MONEY($balance) }
bill-ask_schedule = Да плащаме ли { MONEY($amount) } от картата всеки месец на дата { $day }, първи път { DATE($first) }? ДА { $code } или *111*97*{ $code }#
bill-scheduled = От картата ще се плащат { MONEY($amount) } всеки месец на дата { $day }, следващ път { DATE($first) }. Отказ: *111*117*2#
bill-unscheduled = Графикът на плащане е отменен. Отново: *111*117*3*ден*сума#

bill-private = Фактура имат само фирмите. Зареждане на своя номер: *115*сума#
bill-sum_limits = Може да платите от { MONEY($min) } до { MONEY($max) }, например: *111*117*7*500#
bill-not_scheduled = График на плащане няма. Настройка: *111*117*3*ден*сума#
bill-no_card = Няма свързана карта, { MONEY($amount) } не са взети. Свържете карта.
bill-card_expired = Картата е изтекла, { MONEY($amount) } не са взети. Свържете нова карта.
bill-declined = Банката отказа { MONEY($amount) }, нищо не е взето. Пак: *111*117*7*сума#
bill-limit = Плащането { MONEY($amount) } е над лимита на картата. По-малко: *111*117*7*сума#
bill-no_answer = { MONEY($amount) } не са платени: банката мълчи. Пак: *111*117*7*сума#
