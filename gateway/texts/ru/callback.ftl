### Requests to another number: call me, top me up.

callback-call_me = Просьба послана на { PHONE($number) }, бесплатно. Сегодня можно ещё: { $left }
callback-call_me_asked = Абонент { PHONE($number) } просит вас перезвонить.
callback-top_me_up = Просьба послана на { PHONE($number) }, бесплатно. Сегодня можно ещё: { $left }
callback-top_me_up_asked = { PHONE($number) } просит пополнить счёт: *112*{ $number }*сумма#
callback-top_me_up_asked_sum = Абонент { PHONE($number) } просит { MONEY($amount) }. Перевести: *112*{ $number }*{ $units }#

callback-self = Это ваш номер. Укажите номер того, кого просите: *110*номер#
callback-barred = Номер { PHONE($number) } не принимает такие просьбы.
callback-unknown_number = { PHONE($number) } не наш абонент и не сможет перевести вам деньги. Просьба перезвонить: *110*{ $number }#
callback-sum_limits = Просить можно от { MONEY($min) } до { MONEY($max) } или без суммы: *116*{ $number }#
callback-quota = Сегодня вы уже послали просьб: { $max }. Следующая - завтра.
