### Ringback melodies.

melody-choose =
    From { MONEY($min) } to { MONEY($max) } a month. To set one: *111*221*3*number#{ $lines }{ $next ->
        [0] {""}
       *[some] {"\u000A"}More: *111*221*9*{ $next }#
    }
melody-none = There are no melodies now. Switch the service off: *111*29#
melody-set_ask = Set the melody "{ NAME($name) }"? { MONEY($price) } every month. YES { $code } or *111*97*{ $code }#
melody-set_ask_again = The price has changed. Set the melody "{ NAME($name) }"? { MONEY($price) } every month. YES { $code } or *111*97*{ $code }#
melody-set = "{ NAME($name) }" is set. Charged { MONEY($price) }, left { MONEY($left) }. Next on { DATE($until) }. Remove: *111*221*2*{ $id }#
melody-already_set = "{ NAME($name) }" is set already, paid until { DATE($until) }. Remove: *111*221*2*{ $id }#
melody-renewed = The melody "{ NAME($name) }" is renewed: { MONEY($price) }, left { MONEY($left) }. Remove: *111*221*2*{ $id }#
melody-not_renewed = The melody "{ NAME($name) }" is off: there was no { MONEY($price) }. Set it again: *111*221*3*{ $id }#
melody-already_removed = You have no melody { $id }. Choose one: *111*221#
melody-remove_ask = Remove melody { $id }? It is paid until { DATE($until) }, nothing is returned. YES { $code } or *111*97*{ $code }#
melody-removed = Melody { $id } is removed, nothing more to pay. Set it again: *111*221*3*{ $id }#
melody-not_on = Switch the service on first: *111*28#. Melodies: *111*221#
melody-unknown_melody = There is no melody { $id }. All melodies: *111*221#
melody-not_enough_money = "{ NAME($name) }" costs { MONEY($price) }, { MONEY($missing) } more are needed. Top up: *115#
melody-no_melody = { PHONE($number) } has no melody of ours. Choose one: *111*221#
