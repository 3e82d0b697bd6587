### An SMS to another number.

message-ask =
    Сообщение на { PHONE($number) }{ $parts ->
        [1] {""}
       *[more] {" "}(частей: { $parts })
    } за { MONEY($price) }? ДА { $code } или *111*97*{ $code }#
message-ask_again =
    Цена изменилась. Отправить сообщение на { PHONE($number) }{ $parts ->
        [1] {""}
       *[more] {" "}(частей: { $parts })
    } за { MONEY($price) }? ДА { $code } или *111*97*{ $code }#
message-sent = SMS на { PHONE($number) } отправлена: { MONEY($price) }, осталось { MONEY($left) }.
message-sent_free = SMS на { PHONE($number) } отправлена бесплатно. Пакеты: *100*2#
# What the other one gets: from whom, and the text as it was written.
message-text = { PHONE($number) }: { $text }

message-self = Это ваш номер. Другому: СМС номер текст
message-text_needed = Нужен текст. Пошлите на 111: СМС { $number } текст
message-barred = Номер { PHONE($number) } не принимает ваших сообщений.
message-quota = Сегодня вы уже отправили SMS: { $max }, больше нельзя. Следующая - завтра.
message-spam = SMS с этим текстом сегодня: { $max }. Больше нельзя, похоже на спам.
message-not_enough_money = SMS стоит { MONEY($price) }, не хватает { MONEY($missing) }. Пополнить: *115#
