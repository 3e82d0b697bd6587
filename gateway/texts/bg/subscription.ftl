### Paid subscriptions.

subscription-none = Нямате платени абонаменти. Забрана на нови: *152*2*4#
subscription-menu = Платени абонаменти: { $count }. Списък: *152*2*1#, спиране на всички: *152*2*3#
subscription-list =
    Абонаменти, цени в { $currency ->
        [RUB] руб.
        [BGN] лв.
        [EUR] евро
       *[some] { $currency }
    }{ $month_count ->
        [0] {""}
       *[some] {"\u000A"}На месец:{ $month }
    }{ $day_count ->
        [0] {""}
       *[some] {"\u000A"}На ден:{ $day }
    }{ $suspended_count ->
        [0] {""}
       *[some] {"\u000A"}Чакат плащане:{ $suspended }
    }{ $rest ->
        [0] {""}
       *[some] {"\u000A"}Още абонаменти: { $rest }
    }
    Спиране: СТОП { $id }, на всички: *152*2*3#
subscription-which = Кой да спрем? *152*2*2*номер#, например *152*2*2*{ $id }#{ $lines }
subscription-stop_all_ask = Да спрем ли всички абонаменти ({ $count }): { $names }? Пари не се връщат. ДА { $code } или *111*97*{ $code }#
subscription-stopped_all = Спрени абонаменти: { $count }, не се плаща повече. Забрана на нови: *152*2*4#

subscription-unknown_subscription = Нямате абонамент { $id }. Вашите абонаменти: *152*2*1#
