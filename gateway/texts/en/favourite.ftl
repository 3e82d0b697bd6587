### Favourite numbers.

favourite-list = Favourites: { $numbers }. Remove: *111*43*2*{ $example }#
favourite-empty = No favourite numbers. To add one for { MONEY($fee) }: *111*43*1*9161234567#
favourite-add_ask = Make { PHONE($number) } a favourite number: { MONEY($fee) } once. YES { $code } or *111*97*{ $code }#
favourite-replace_ask = Change the favourite number to { PHONE($number) }: { MONEY($fee) } once. YES { $code } or *111*97*{ $code }#
favourite-ask_again = The price has changed. Favourite number { PHONE($number) }: { MONEY($fee) } once. YES { $code } or *111*97*{ $code }#
favourite-added = { PHONE($number) } is a favourite now. Charged { MONEY($fee) }, left { MONEY($left) }. List: *111*43#
favourite-already_there = { PHONE($number) } is a favourite already. List: *111*43#
favourite-already_removed = { PHONE($number) } is not among your favourites. List: *111*43#
favourite-removed = { PHONE($number) } is no favourite any more, free of charge. Back: *111*43*1*{ $number }#
favourite-not_on = You do not have the service "Favourite numbers", and it is closed to new customers. Others: *111*8111#
favourite-self = Your own number cannot be a favourite. Another one: *111*43*1*9161234567#
favourite-other_region = { PHONE($number) } is of another region. A number of your own region is needed: *111*43*1*9161234567#
favourite-not_enough_money = The fee is { MONEY($fee) }, { MONEY($missing) } more are needed. Top up: *115#
favourite-list_full = You have { $max } favourites already. Replace one: *111*43*3*{ $old }*{ $number }#
favourite-not_listed = { PHONE($number) } is not among your favourites. List: *111*43#
