### Pictures by MMS.

picture-list_asked = Списъкът с картинките ще дойде със SMS.
picture-list = Изпращане: *111*161*7*номер*код#. Картинки:{ $lines }
picture-list_empty = Нямате запазени картинки.
picture-list_unknown = Списъкът с картинките сега не е достъпен. Опитайте по-късно: *111*161#
picture-ask = Картинка { $id } до { PHONE($number) } за { MONEY($price) }? ДА { $code } или *111*97*{ $code }#
picture-ask_again = Цената е променена. Да изпратим ли картинка { $id } до { PHONE($number) } за { MONEY($price) }? ДА { $code } или *111*97*{ $code }#
picture-accepted = MMS до { PHONE($number) } е приет, { MONEY($price) }. Ще ви пишем резултата.
picture-accepted_free = MMS до { PHONE($number) } е приет, безплатно. Резултатът ще дойде със SMS.
picture-sent = MMS до { PHONE($number) } е изпратен.

# Why it was not sent; what was taken has come back.
picture-no_mms =
    { PHONE($number) } не приема MMS.{ $price ->
        [0] {""}
       *[some] {" "}Върнахме { MONEY($price) }.
    } SMS: *111*160*7*{ $number }#
picture-unknown_picture =
    Нямате такава картинка.{ $price ->
        [0] {""}
       *[some] {" "}Върнахме { MONEY($price) }.
    } Вашите картинки: *111*161#
picture-too_large =
    Картинката е твърде голяма.{ $price ->
        [0] {""}
       *[some] {" "}Върнахме { MONEY($price) }.
    } Изберете друга: *111*161#
picture-no_answer =
    MMS до { PHONE($number) } не замина поради повреда.{ $price ->
        [0] {""}
       *[some] {" "}Върнахме { MONEY($price) }.
    } Опитайте по-късно.

picture-self = Това е вашият номер. До друг: *111*161*7*номер*код#
picture-not_on = Първо включете MMS, безплатно: *111*8111*1*{ $id }#
picture-barred = Номер { PHONE($number) } не приема ваши съобщения.
picture-quota = Днес вече изпратихте MMS: { $max }, повече не може. Следващият е утре.
picture-not_enough_money = MMS струва { MONEY($price) }, не достигат { MONEY($missing) }. Зареждане: *115#
