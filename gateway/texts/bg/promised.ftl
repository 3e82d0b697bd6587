### Promised payment.

promised-offer = Може да вземете от { MONEY($min) } до { MONEY($max) } за { $days } дни. Такса за { MONEY($max) }: { MONEY($fee) }. Вземане: *111*123*{ $example }#
promised-ask = Обещано плащане { MONEY($amount) }, такса { MONEY($fee) }. На { DATETIME($due) } удържаме { MONEY($total) }. ДА { $code } или *111*97*{ $code }#
promised-ask_again = Таксата е променена: { MONEY($fee) }. Плащане { MONEY($amount) }, на { DATETIME($due) } удържаме { MONEY($total) }. ДА { $code } или *111*97*{ $code }#
promised-taken = Получихте { MONEY($amount) }, в сметката { MONEY($balance) }. На { DATETIME($due) } удържаме { MONEY($total) }. Плащания: *111*1230#
promised-taken_by = { PHONE($number) } взе обещано плащане { MONEY($amount) } за ваша сметка. На { DATETIME($due) } удържаме { MONEY($total) }. Плащания: *111*1230#
promised-repaid = Удържахме обещаното плащане: { MONEY($total) }. Баланс { MONEY($balance) }. Ново: *111*123#
promised-repaid_blocked = Удържахме обещаното плащане: { MONEY($total) }. В сметката { MONEY($balance) }, номерът е блокиран. Заредете { MONEY($missing) } и той ще работи.
promised-history_none = Нямате обещани плащания. Възможна сума: *111*123#
promised-history =
    { $running ->
        [0] Предишни плащания: { $count }, последното { MONEY($last) } до { DATE($last_at) }.
       *[some] Активно { MONEY($running) }, на { DATETIME($due) } удържаме { MONEY($total) }.
    } Възможна сума: *111*123#

promised-company = Обещаното плащане е само за частни лица. Номерът е на фирма.
promised-running = Вече имате обещано плащане { MONEY($amount) }. На { DATETIME($due) } удържаме { MONEY($total) }, после може ново.
promised-trust = Обещано плащане не се дава заедно с „На пълно доверие“. Изключване: *111*2118*2#
promised-tariff = На тарифа „{ NAME($tariff) }“ няма обещано плащане. Смяна на тарифа: *111*59*9#
promised-debt = Балансът е { MONEY($balance) }, а трябва поне { MONEY($min) }. Заредете: *115#
promised-sum_limits = Може от { MONEY($min) } до { MONEY($max) }, например: *111*123*{ $example }#
