### Prepaid cards.

card-redeemed = Card accepted: +{ MONEY($amount) }. Balance: { MONEY($balance) }
card-redeemed_other = Card accepted: { PHONE($number) } got { MONEY($amount) }
card-redeemed_by = { PHONE($number) } topped up your account with a card: +{ MONEY($amount) }. Balance: { MONEY($balance) }

card-locked = Too many wrong codes. You can enter cards again from { DATETIME($until) }. From a bank card: *115#
card-unknown_number = { PHONE($number) } is not our subscriber, the card is not used. Check the number: *111*155*number*card code#
card-yours = You have used this card already, { DATETIME($at) }: { MONEY($amount) }. Balance: *100#
card-unknown = There is no card with this code. Check the digits: *111*155*card code#. Tries left: { $left }
card-not_active = This card is not active. Show it to the seller with the receipt. Tries left: { $left }
card-used = This card has been used already. To top up otherwise: *115#. Tries left: { $left }
card-expired = This card has expired. To top up otherwise: *115#. Tries left: { $left }
