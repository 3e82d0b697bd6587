### Bonus points.

bonus-show_none = You are not in the bonus programme. Join for free: *111*455*1#
bonus-show =
    { $ending ->
        [0] No points yet. What they buy: *111*455*9#
       *[some] Points: { $points }{ $held ->
            [0] {""}
           *[some] , held for gifts: { $held }
        }. { $ending } of them expire on { DATE($until) }. Rewards: *111*455*9#
    }
bonus-joined = You have joined the bonus programme: a point for every { MONEY($price) } spent. Points: *111*455#, leave: *111*455*2#
bonus-already_joined = You are in the bonus programme already. Points: { $points }. Leave: *111*455*2#
bonus-leave_ask = Leave the bonus programme? Your points are lost for good: { $points }. YES { $code } or *111*97*{ $code }#
bonus-left = You have left the bonus programme. Points lost: { $points }. Join: *111*455*1#
bonus-already_left = You are not in the bonus programme. Join: *111*455*1#
bonus-catalogue = Points: { $points }. To take one: *111*455*3*number#, for example *111*455*3*{ $example }#{ $lines }
bonus-catalogue_empty = There are no rewards now. Your points: *111*455#
bonus-spend_ask = { NAME($name) } for { $days } days, price in points: { $points }. YES { $code } or *111*97*{ $code }#
bonus-spend_ask_again = The price has changed. { NAME($name) } for { $days } days, price in points: { $points }. YES { $code } or *111*97*{ $code }#
bonus-spent = { NAME($name) } until { DATE($until) }. Points left: { $points }. Packages: *100*2#
bonus-history = Points: { $lines }. Now: *111*455#
bonus-history_none = No points have moved yet. Your points: *111*455#
bonus-gift_ask = Give points to { PHONE($number) }: { $points }? YES { $code } or *111*97*{ $code }#
bonus-gift_sent = Points offered to { PHONE($number) }: { $points }. We wait { $hours } h for the answer; if refused, they come back.
bonus-gift_offer = { PHONE($number) } gives you points: { $points }. Accept: *111*455*4*{ $code }# Decline: *111*455*5*{ $code }#
bonus-received = { PHONE($number) } gave you points: { $points }. Now you have { $has }. *111*455#
bonus-given = { PHONE($number) } accepted points: { $points }. You have { $left } left.
bonus-earned = New points: { $points }, now you have { $has }. Rewards: *111*455*9#
bonus-burnt = A year has passed, points expired: { $points }. Left: { $has }. *111*455#

bonus-company = The bonus programme is for private persons. This number belongs to a company.
bonus-not_member = You are not in the bonus programme. Join for free: *111*455*1#
bonus-unknown_reward = There is no reward { $id }. All rewards: *111*455*9#
bonus-not_enough_points = Free points: { $points }, { $missing } more are needed. Your points: *111*455#
bonus-self = You cannot give points to yourself. To somebody else: *111*455*7*9161234567*50#
bonus-unknown_number = { PHONE($number) } is not our subscriber. Check it: *111*455*7*9161234567*50#
bonus-receiver_not_member = { PHONE($number) } is not in the bonus programme. They can join with *111*455*1#
bonus-gift_limits = You can give 1 to { $max } points: *111*455*7*{ $number }*{ $max }#
bonus-month_limit = You can give { $max } points a month, { $left } are left. History: *111*455*6#
bonus-gift_void = The gift to { PHONE($number) } did not go through, conditions have changed. Points in it: { $points }. *111*455#
