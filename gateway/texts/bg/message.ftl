### An SMS to another number.

message-ask =
    Съобщение до { PHONE($number) }{ $parts ->
        [1] {""}
       *[more] {" "}(части: { $parts })
    } за { MONEY($price) }? ДА { $code } или *111*97*{ $code }#
message-ask_again =
    Цената е променена. Да изпратим ли съобщението до { PHONE($number) }{ $parts ->
        [1] {""}
       *[more] {" "}(части: { $parts })
    } за { MONEY($price) }? ДА { $code } или *111*97*{ $code }#
message-sent = SMS до { PHONE($number) } е изпратен: { MONEY($price) }, остават { MONEY($left) }.
message-sent_free = SMS до { PHONE($number) } е изпратен безплатно. Пакети: *100*2#
# What the other one gets: from whom, and the text as it was written.
message-text = { PHONE($number) }: { $text }

message-self = Това е вашият номер. До друг: СМС номер текст
message-text_needed = Липсва текст. Изпратете до 111: СМС { $number } текст
message-barred = Номер { PHONE($number) } не приема ваши съобщения.
message-quota = Днес вече изпратихте SMS: { $max }, повече не може. Следващият е утре.
message-spam = Този текст днес вече е пращан: { $max }. Повече не може, прилича на спам.
message-not_enough_money = SMS струва { MONEY($price) }, не достигат { MONEY($missing) }. Зареждане: *115#
