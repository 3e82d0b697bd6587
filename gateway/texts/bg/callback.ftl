### Requests to another number: call me, top me up.

callback-call_me = Молбата до { PHONE($number) } е изпратена, безплатно. Днес остават: { $left }
callback-call_me_asked = Абонатът { PHONE($number) } ви моли да му се обадите.
callback-top_me_up = Молбата до { PHONE($number) } е изпратена, безплатно. Днес остават: { $left }
callback-top_me_up_asked = Абонатът { PHONE($number) } моли да заредите сметката му. Превод: *112*{ $number }*сума#
callback-top_me_up_asked_sum = Абонатът { PHONE($number) } моли за { MONEY($amount) }. Превод: *112*{ $number }*{ $units }#

callback-self = Това е вашият номер. Посочете номера, който молите: *110*номер#
callback-barred = Номер { PHONE($number) } не приема такива молби.
callback-unknown_number = { PHONE($number) } не е наш абонат и не може да ви преведе пари. Молба за обаждане: *110*{ $number }#
callback-sum_limits = Може да молите за { MONEY($min) } до { MONEY($max) } или без сума: *116*{ $number }#
callback-quota = Днес вече изпратихте молби: { $max }. Следващата е утре.
