### Promised payment.

promised-offer = Вам доступно от { MONEY($min) } до { MONEY($max) } на { $days } дн. Плата за { MONEY($max) }: { MONEY($fee) }. Взять: *111*123*{ $example }#
promised-ask = Обещанный платёж { MONEY($amount) }, плата { MONEY($fee) }. { DATETIME($due) } спишем { MONEY($total) }. ДА { $code } или *111*97*{ $code }#
promised-ask_again = Плата изменилась: { MONEY($fee) }. Платёж { MONEY($amount) }, { DATETIME($due) } спишем { MONEY($total) }. ДА { $code } или *111*97*{ $code }#
promised-taken = Зачислено { MONEY($amount) }, на счёте { MONEY($balance) }. { DATETIME($due) } спишем { MONEY($total) }. Все платежи: *111*1230#
promised-taken_by = На ваш счёт взят обещанный платёж { MONEY($amount) } с номера { PHONE($number) }. { DATETIME($due) } спишем { MONEY($total) }. Все платежи: *111*1230#
promised-repaid = Обещанный платёж списан: { MONEY($total) }. Баланс { MONEY($balance) }. Новый: *111*123#
promised-repaid_blocked = Обещанный платёж списан: { MONEY($total) }. На счёте { MONEY($balance) }, номер заблокирован. Пополните на { MONEY($missing) }, и он заработает.
promised-history_none = Обещанных платежей не было. Узнать сумму: *111*123#
promised-history =
    { $running ->
        [0] Прошлых платежей: { $count }, последний { MONEY($last) } до { DATE($last_at) }.
       *[some] Действует { MONEY($running) }, { DATETIME($due) } спишем { MONEY($total) }.
    } Узнать сумму: *111*123#

promised-company = Это для частных лиц, а ваш номер оформлен на организацию.
promised-running = Уже действует обещанный платёж { MONEY($amount) }. { DATETIME($due) } спишем { MONEY($total) }, потом можно взять новый.
promised-trust = Обещанный платёж не дают вместе с «На полном доверии». Отключить доверие: *111*2118*2#
promised-tariff = На тарифе «{ NAME($tariff) }» обещанного платежа нет. Сменить тариф: *111*59*9#
promised-debt = Баланс { MONEY($balance) }, а нужно не меньше { MONEY($min) }. Пополните счёт: *115#
promised-sum_limits = Можно взять от { MONEY($min) } до { MONEY($max) }, например: *111*123*{ $example }#
