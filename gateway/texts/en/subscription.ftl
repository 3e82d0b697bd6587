### Paid subscriptions.

subscription-none = You have no paid subscriptions. To ban new ones: *152*2*4#
subscription-menu = Paid subscriptions: { $count }. List: *152*2*1#, stop all: *152*2*3#
subscription-list =
    Subscriptions, prices in { $currency }{ $month_count ->
        [0] {""}
       *[some] {"\u000A"}A month:{ $month }
    }{ $day_count ->
        [0] {""}
       *[some] {"\u000A"}A day:{ $day }
    }{ $suspended_count ->
        [0] {""}
       *[some] {"\u000A"}Waiting for payment:{ $suspended }
    }{ $rest ->
        [0] {""}
       *[some] {"\u000A"}{ $rest } more
    }
    To stop: STOP { $id }, all: *152*2*3#
subscription-which = Which one? *152*2*2*id#, for example *152*2*2*{ $id }#{ $lines }
subscription-stop_all_ask = Stop all { $count } subscriptions: { $names }? No money is returned. YES { $code } or *111*97*{ $code }#
subscription-stopped_all = Subscriptions stopped: { $count }. Nothing more to pay. To ban new ones: *152*2*4#

subscription-unknown_subscription = You have no subscription { $id }. Your subscriptions: *152*2*1#
