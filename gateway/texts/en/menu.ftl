### menu: the screens of a USSD dialog. Titles are also the words of the items that lead to them, so they are short.

menu-acting = Another number
menu-autopay = Auto-payment
menu-bill = Company bill
menu-blacklist = Black list
menu-block = Blocking
menu-bonus = Points
menu-bonus_gift = Points as a gift
menu-cabinet = My account
menu-child = Child
menu-child_consent = Child's consent
menu-family = Family
menu-favourite = Favourite numbers
menu-language = Language
menu-language_1 = Русский
menu-language_2 = Latinica
menu-language_3 = Български
menu-language_4 = English
menu-linked = "Numbers"
menu-locator = Locator
menu-main = Menu
menu-main_7 = Transfer
menu-melody = Ringback melody
menu-money = Money
menu-numbers = Numbers
menu-other = Other
menu-payments = Top-up
menu-permission = Balance of others
menu-pictures = Pictures
menu-promised = Promised payment
menu-regular = Regular transfer
menu-services = Services
menu-social = Social networks
menu-statement = Statement
menu-subscriptions = Subscriptions
menu-tariff = Tariff
menu-trust = Trust
menu-voicemail = Voicemail
menu-waiting = Waiting for me

# Items whose codes have longer words: menu-<menu>_<digit>.
menu-money_1 = Balance
menu-money_2 = Packages
menu-money_3 = Expenses
menu-payments_1 = My number
menu-payments_2 = Another number
menu-payments_3 = Voucher
menu-payments_4 = Voucher for another
menu-payments_5 = Ask to top me up
menu-payments_6 = Ask for a sum
menu-regular_1 = Switch on
menu-regular_2 = Cancel
menu-promised_1 = Conditions
menu-promised_2 = Take one
menu-promised_3 = History
menu-autopay_1 = What is on
menu-autopay_2 = Below a threshold
menu-autopay_3 = Once a month
menu-autopay_4 = Switch off
menu-statement_1 = This month
menu-statement_2 = For a period
menu-statement_3 = Where to send it
menu-bill_1 = To be paid
menu-bill_2 = Pay
menu-bill_3 = By schedule
menu-bill_4 = Drop the schedule
menu-tariff_1 = My tariff
menu-tariff_3 = Change
menu-tariff_5 = All tariffs
menu-tariff_8 = Advice
menu-services_1 = My services
menu-services_2 = All services
menu-services_3 = Connect
menu-services_4 = Disconnect
menu-subscriptions_1 = List
menu-subscriptions_2 = Stop one
menu-subscriptions_3 = Stop all
menu-subscriptions_4 = Ban new ones
menu-subscriptions_5 = Allow new ones
menu-linked_1 = Switch on
menu-linked_2 = Switch off
menu-linked_3 = Add a number
menu-linked_4 = Agree
menu-linked_5 = Decline
menu-linked_6 = My numbers
menu-linked_7 = Act for
menu-linked_8 = Remove a number
menu-other_1 = Call me back
menu-other_2 = Send an SMS
menu-other_7 = History
menu-waiting_1 = Yes, by code
menu-waiting_2 = No, by code
menu-waiting_3 = Cancel all

# Under a screen: `more` where it goes on, `back` in every menu but the first.
menu-more = 9 more
menu-back = 0 back
menu-yes_no = 1 yes 2 no 0 back
# What has to be typed, and an example of it.
menu-ask = Enter: { $part }. Example: { $example }
menu-ask_free = Enter: { $part }
menu-wrong = There is no such item
# Where the screen has no room for more.
menu-wrong_short = Wrong
menu-empty = There is nothing to choose from: the list is empty.
menu-resume =
    Last time was cut short.
    1 go on
    2 start over
menu-gone = This conversation is over. Dial *111#
