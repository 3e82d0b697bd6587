### Paid subscriptions.

subscription-none = Платных подписок у вас нет. Запретить новые: *152*2*4#
subscription-menu = Платных подписок: { $count }. Список: *152*2*1#, отключить все: *152*2*3#
subscription-list =
    Подписки, цены в { $currency ->
        [RUB] руб.
        [BGN] лв.
        [EUR] евро
       *[some] { $currency }
    }{ $month_count ->
        [0] {""}
       *[some] {"\u000A"}В месяц:{ $month }
    }{ $day_count ->
        [0] {""}
       *[some] {"\u000A"}В день:{ $day }
    }{ $suspended_count ->
        [0] {""}
       *[some] {"\u000A"}Ждут оплаты:{ $suspended }
    }{ $rest ->
        [0] {""}
       *[some] {"\u000A"}Ещё подписок: { $rest }
    }
    Отключить: СТОП { $id }, все: *152*2*3#
subscription-which = Какую отключить? *152*2*2*номер#, например *152*2*2*{ $id }#{ $lines }
subscription-stop_all_ask = Отключить все подписки ({ $count }): { $names }? Деньги не вернутся. ДА { $code } или *111*97*{ $code }#
subscription-stopped_all = Отключено подписок: { $count }, платить не нужно. Запретить новые: *152*2*4#

subscription-unknown_subscription = Подписки { $id } у вас нет. Ваши подписки: *152*2*1#
