### Requests to another number: call me, top me up.

callback-call_me = Your request to call back was sent to { PHONE($number) }, free of charge. Requests left today: { $left }
callback-call_me_asked = { PHONE($number) } asks you to call back.
callback-top_me_up = Your request for a top-up was sent to { PHONE($number) }, free of charge. Requests left today: { $left }
callback-top_me_up_asked = { PHONE($number) } asks you to top up. To transfer money: *112*{ $number }*sum#
callback-top_me_up_asked_sum = { PHONE($number) } asks you for { MONEY($amount) }. To transfer it: *112*{ $number }*{ $units }#

callback-self = This is your own number. Name the number you want to ask: *110*number#
callback-barred = { PHONE($number) } does not accept such requests.
callback-unknown_number = { PHONE($number) } is not our subscriber and cannot transfer money to you. Ask to call back: *110*{ $number }#
callback-sum_limits = You can ask for { MONEY($min) } to { MONEY($max) }, or without a sum: *116*{ $number }#
callback-quota = You have sent { $max } requests today, which is the limit. Please try tomorrow.
