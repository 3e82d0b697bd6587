### Services: lists, connecting, disconnecting.

services-list =
    Your services, prices in { $currency ->
        [RUB] roubles
        [BGN] leva
        [EUR] euros
       *[some] { $currency }
    }{ $month_count ->
        [0] {""}
       *[some] {"\u000A"}A month:{ $month }
    }{ $day_count ->
        [0] {""}
       *[some] {"\u000A"}A day:{ $day }
    }{ $once_count ->
        [0] {""}
       *[some] {"\u000A"}Paid once:{ $once }
    }{ $free_count ->
        [0] {""}
       *[some] {"\u000A"}Free:{ $free }
    }{ $suspended_count ->
        [0] {""}
       *[some] {"\u000A"}Waiting for payment:{ $suspended }
    }
    Total a month: { MONEY($month_total) }{ $day_count ->
        [0] {""}
       *[some] , a day: { MONEY($day_total) }
    }
services-list_empty = You have no services. What you can connect: *111*8111*9#
services-catalogue =
    Services, prices in { $currency ->
        [RUB] roubles
        [BGN] leva
        [EUR] euros
       *[some] { $currency }
    }{ $month_count ->
        [0] {""}
       *[some] {"\u000A"}A month:{ $month }
    }{ $day_count ->
        [0] {""}
       *[some] {"\u000A"}A day:{ $day }
    }{ $once_count ->
        [0] {""}
       *[some] {"\u000A"}Once:{ $once }
    }{ $free_count ->
        [0] {""}
       *[some] {"\u000A"}Free:{ $free }
    }{ $rest ->
        [0] {""}
       *[some] {"\u000A"}More services: { $rest }
    }
    To connect: *111*8111*1*{ $id }#
services-catalogue_empty = There are no new services for you now. Your services: *111*8111#

services-connect_ask_month = Connect "{ NAME($name) }"? { MONEY($price) } every month, charged now. Send YES { $code } or dial *111*97*{ $code }#. If not: NO { $code }
services-connect_ask_day = Connect "{ NAME($name) }"? { MONEY($price) } every day, charged now. Send YES { $code } or dial *111*97*{ $code }#. If not: NO { $code }
services-connect_ask_once = Connect "{ NAME($name) }"? { MONEY($price) } once, no renewal. Send YES { $code } or dial *111*97*{ $code }#. If not: NO { $code }
services-connect_again_month = New price. "{ NAME($name) }": { MONEY($price) } now and every month. To connect: SMS YES { $code } or *111*97*{ $code }#. If not: NO { $code }
services-connect_again_day = New price. "{ NAME($name) }": { MONEY($price) } now and every day. To connect: SMS YES { $code } or *111*97*{ $code }#. If not: NO { $code }
services-connect_again_once = New price. "{ NAME($name) }": { MONEY($price) } once. To connect: SMS YES { $code } or *111*97*{ $code }#. If not: NO { $code }

services-connected = "{ NAME($name) }" is on. Charged { MONEY($price) }, left { MONEY($left) }. Next payment { DAY($until) }. To switch off: *111*8111*2*{ $id }#
services-connected_once = "{ NAME($name) }" is on. Charged { MONEY($price) }, left { MONEY($left) }. Nothing more to pay. To switch off: *111*8111*2*{ $id }#
services-connected_free = "{ NAME($name) }" is on, free of charge. To switch off: *111*8111*2*{ $id }#
services-already_on = "{ NAME($name) }" is already on, paid until { DAY($until) }. To switch off: *111*8111*2*{ $id }#
services-already_on_free = "{ NAME($name) }" is already on, free of charge. To switch off: *111*8111*2*{ $id }#
services-already_on_plain = "{ NAME($name) }" is already on. To switch off: *111*8111*2*{ $id }#
services-already_suspended = "{ NAME($name) }" is on but waits for payment. Top up and it will work again. To switch off: *111*8111*2*{ $id }#

services-disconnect_ask = Switch off "{ NAME($name) }"? It is paid until { DAY($until) }, no money is returned. Send SMS YES { $code } or dial *111*97*{ $code }#. To keep it: NO { $code }
services-disconnect_ask_unpaid = Switch off "{ NAME($name) }"? No money is returned. Send SMS YES { $code } or dial *111*97*{ $code }#. To keep it: NO { $code }
services-disconnect_ask_free = Switch off "{ NAME($name) }"? It is free. Send SMS YES { $code } or dial *111*97*{ $code }#. To keep it: NO { $code }
services-disconnected = "{ NAME($name) }" is off. It was paid until { DAY($until) }, no money is returned. To have it back: *111*8111*1*{ $id }#
services-disconnected_unpaid = "{ NAME($name) }" is off, you will not be charged for it again. To have it back: *111*8111*1*{ $id }#
services-disconnected_free = "{ NAME($name) }" is off. To have it back: *111*8111*1*{ $id }#
services-already_off = "{ NAME($name) }" is not on. To connect it: *111*8111*1*{ $id }#

services-unknown_service =
    { $count ->
        [0] There is no service { $id }. { $operation ->
            [disconnect] Your services: *111*8111#
           *[connect] All services: *111*8111*9#
        }
       *[some] There is no service { $id }. Similar: { $nearest }. { $operation ->
            [disconnect] Your services: *111*8111#
           *[connect] All services: *111*8111*9#
        }
    }
services-closed = "{ NAME($name) }" can no longer be connected. Other services: *111*8111*9#
services-banned = "{ NAME($name) }" cannot be connected: you have banned new subscriptions. To allow them: *152*2*5#
services-excluded = "{ NAME($name) }" does not work together with "{ NAME($other) }". Switch that off first: *111*8111*2*{ $id }#
services-needs_tariff = "{ NAME($name) }" is only for the tariff "{ NAME($tariff) }". What you can connect: *111*8111*9#
services-tariff_forbids = "{ NAME($name) }" is not for your tariff "{ NAME($tariff) }". What you can connect: *111*8111*9#
services-not_enough_money = "{ NAME($name) }" costs { MONEY($price) }, you need { MONEY($missing) } more. Top up and try again: *111*8111*1*{ $id }#
services-mandatory = "{ NAME($name) }" cannot be switched off: calls do not work without it. Your other services: *111*8111#

services-renewed = "{ NAME($name) }" is paid until { DAY($until) }: { MONEY($price) }. Left { MONEY($left) }. To switch off: *111*8111*2*{ $id }#
services-suspended = "{ NAME($name) }" waits for payment: { MONEY($missing) } more is needed. It works again when you top up: *115#
services-resumed = "{ NAME($name) }" works again: { MONEY($price) } until { DAY($until) }, left { MONEY($left) }. Disconnect: *111*8111*2*{ $id }#
services-ended = "{ NAME($name) }" is off: for a month there was no money for it. To connect: *111*8111*1*{ $id }#
