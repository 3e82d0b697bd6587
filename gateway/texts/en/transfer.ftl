### Direct transfer of money.

transfer-ask = Transfer of { MONEY($amount) } to { PHONE($number) }, fee { MONEY($fee) }. Yes: *112*{ $code }# or SMS YES { $code }. No: SMS NO { $code }. The code is valid for { $minutes } min.
transfer-ask_again = The fee has changed: { MONEY($fee) }. Transfer of { MONEY($amount) } to { PHONE($number) }. Yes: *112*{ $code }# or SMS YES { $code }. No: SMS NO { $code }. The code is valid for { $minutes } min.
transfer-sent = Sent { MONEY($amount) } to { PHONE($number) }, fee { MONEY($fee) }, left on the account { MONEY($balance) }. Operation No. { $reference }
transfer-received = You have received { MONEY($amount) } from { PHONE($number) }. The money is on your account.
transfer-form = Transfer: *112*number*sum#, for example *112*9161234567*100#, or SMS TRANSFER number sum. From { MONEY($min) } to { MONEY($max) } at a time, fee { MONEY($fee) }

transfer-self = You cannot transfer to the same number. Name another one: *112*number*sum#
transfer-company = A company's number cannot transfer money. Transfers work from a personal number.
transfer-tariff = There are no transfers on the tariff "{ NAME($tariff) }". A number on another tariff can send money.
transfer-unknown_number = { PHONE($number) } is not our subscriber, so no transfer is possible. Check the number: *112*number*sum#
transfer-other_region = { PHONE($number) } belongs to another region. Transfers work within one region only.
transfer-same_account = { PHONE($number) } has the same account, so there is nothing to transfer. Balance: *100#
transfer-sum_limits = You can transfer from { MONEY($min) } to { MONEY($max) } at a time, for example: *112*{ $number }*{ $example }#
transfer-day_limit =
    { $left ->
        [0] The limit of { MONEY($max) } a day for transfers is reached. Please try tomorrow.
       *[more] Today you can still transfer { MONEY($left) }: *112*{ $number }*{ $example }#. The limit is { MONEY($max) } a day
    }
transfer-receiver_day_limit =
    { $left ->
        [0] { PHONE($number) } cannot receive any more transfers today. Please try tomorrow.
       *[more] { PHONE($number) } can still receive { MONEY($left) } today: *112*{ $number }*{ $example }#
    }
transfer-not_enough_money =
    { $possible ->
        [0] You are short of { MONEY($missing) }: the fee is { MONEY($fee) }, and { MONEY($left_min) } must stay on the account. Please top up.
       *[more] You are short of { MONEY($missing) }. You can send up to { MONEY($possible) }: *112*{ $number }*{ $example }#. The fee is { MONEY($fee) }, and { MONEY($left_min) } must stay
    }
