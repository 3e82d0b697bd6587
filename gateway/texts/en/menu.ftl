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

# Under a screen: `more` where it goes on, `back` in every menu but the first.
menu-more = 9 more
menu-back = 0 back
menu-yes_no = 1 yes 2 no 0 back
# What has to be typed, and an example of it.
menu-ask = Enter: { $part }. Example: { $example }
menu-wrong = There is no such item
menu-empty = There is nothing to choose from: the list is empty.
menu-resume =
    Last time was cut short.
    1 go on
    2 start over
menu-gone = This conversation is over. Dial *111#
menu-declined = Nothing has changed.
