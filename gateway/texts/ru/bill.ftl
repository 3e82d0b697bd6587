### A company's bill.

bill-show = За прошлый месяц { MONEY($last) }, за этот { MONEY($now) }. На счёте { MONEY($balance) }. { $day ->
        [0] Оплатить с карты: *111*117*7*сумма#
       *[some] По графику { MONEY($amount) } каждое { $day }-е число. Отменить: *111*117*2#
    }
bill-ask = Оплатить счёт с карты на { MONEY($amount) }? ДА { $code } или *111*97*{ $code }#
bill-accepted = Платёж { MONEY($amount) } принят, банк проводит его. Результат пришлём по SMS.
bill-paid = Счёт оплачен с карты: { MONEY($amount) }. Баланс { MONEY($balance) }
bill-ask_schedule = Платить с карты { MONEY($amount) } каждое { $day }-е число, первый раз { DATE($first) }? ДА { $code } или *111*97*{ $code }#
bill-scheduled = С карты будет оплачено { MONEY($amount) } каждое { $day }-е число, следующий раз { DATE($first) }. Отменить: *111*117*2#
bill-unscheduled = График оплаты отменён. Снова: *111*117*3*день*сумма#

bill-private = Счёт есть только у организаций. Пополнить свой номер: *115*сумма#
bill-sum_limits = Оплатить можно от { MONEY($min) } до { MONEY($max) }, например: *111*117*7*500#
bill-not_scheduled = Графика оплаты нет. Настроить: *111*117*3*день*сумма#
bill-no_card = Карта не привязана, { MONEY($amount) } не сняты. Привяжите карту.
bill-card_expired = Срок карты истёк, { MONEY($amount) } не сняты. Привяжите новую карту.
bill-declined = Банк отклонил { MONEY($amount) }, деньги не сняты. Повторить: *111*117*7*сумма#
bill-limit = Платёж { MONEY($amount) } больше лимита карты. Меньше: *111*117*7*сумма#
bill-no_answer = { MONEY($amount) } не оплачены: банк не ответил. Повторить: *111*117*7*сумма#
