### Pictures by MMS.

picture-list_asked = Список картинок пришлём по SMS.
picture-list = Отправить: *111*161*7*номер*код#. Картинки:{ $lines }
picture-list_empty = Сохранённых картинок у вас нет.
picture-list_unknown = Список картинок сейчас не получить. Повторите позже: *111*161#
picture-ask = Картинку { $id } на { PHONE($number) } за { MONEY($price) }? ДА { $code } или *111*97*{ $code }#
picture-ask_again = Цена изменилась. Отправить картинку { $id } на { PHONE($number) } за { MONEY($price) }? ДА { $code } или *111*97*{ $code }#
picture-accepted = MMS на { PHONE($number) } принята, { MONEY($price) }. Итог пришлём в SMS.
picture-accepted_free = MMS на { PHONE($number) } принята, бесплатно. Результат пришлём по SMS.
picture-sent = MMS на { PHONE($number) } отправлена.

# Why it was not sent; what was taken has come back.
picture-no_mms =
    { PHONE($number) } не принимает MMS.{ $price ->
        [0] {""}
       *[some] {" "}Вернули { MONEY($price) }.
    } SMS: *111*160*7*{ $number }#
picture-unknown_picture =
    Такой картинки у вас нет.{ $price ->
        [0] {""}
       *[some] {" "}Вернули { MONEY($price) }.
    } Ваши картинки: *111*161#
picture-too_large =
    Картинка слишком большая.{ $price ->
        [0] {""}
       *[some] {" "}Вернули { MONEY($price) }.
    } Выберите другую: *111*161#
picture-no_answer =
    MMS на { PHONE($number) } не ушла: сбой.{ $price ->
        [0] {""}
       *[some] {" "}Вернули { MONEY($price) }.
    } Повторите позже.

picture-self = Это ваш номер. Другому: *111*161*7*номер*код#
picture-not_on = Сначала подключите MMS, бесплатно: *111*8111*1*{ $id }#
picture-barred = Номер { PHONE($number) } не принимает ваших сообщений.
picture-quota = Сегодня вы уже отправили MMS: { $max }, больше нельзя. Следующая - завтра.
picture-not_enough_money = MMS стоит { MONEY($price) }, не хватает { MONEY($missing) }. Пополнить: *115#
