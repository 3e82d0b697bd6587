### A child's number under its parent's control.

child-list_empty = Нямате детски номера. Добавяне: *111*7788*1*номер#
child-list =
    { $count ->
        [0] {""}
       *[some] Деца: { $numbers }. Подробно: *111*7788*7*номер#{" "}
    }{ $parents_count ->
        [0] {""}
       *[some] Вашия номер наблюдават: { $parents }
    }
child-add_ask = { PHONE($number) } иска да вижда баланса, услугите и мястото ви и да ви спира номера. Само той може да го отмени. Да: *111*7788*4*{ $code }# Не: *111*7788*5*{ $code }# Срок { $hours } ч
child-add_asked = До { PHONE($number) } е изпратен въпрос. Отговорете от него до { $hours } ч.
child-add_ask_own = Да следите ли { PHONE($number) }? Той ще научи. ДА { $code } или *111*97*{ $code }#
child-added = Вече виждате как е { PHONE($number) }: *111*7788*7*{ $number }#. Махане: *111*7788*2*{ $number }#
child-added_child = { PHONE($number) } вижда баланса, услугите и къде сте и спира номера.
child-already = { PHONE($number) } вече е сред децата ви. Махане: *111*7788*2*{ $number }#
child-removed = Вече не следите { PHONE($number) }. Връщане: *111*7788*1*{ $number }#
child-removed_child =
    { PHONE($number) } вече не следи номера ви.{ $parents ->
        [0] {" "}Спрените за вас номера са пуснати.
       *[some] {""}
    }
child-show =
    { PHONE($number) }: { $own ->
        [own] { MONEY($balance) }
       *[payer] плаща друг номер
    }, „{ NAME($tariff) }“. Мястото ще дойде със SMS. { $count ->
        [0] Няма платени услуги.
       *[some] Платени услуги: { $services }
    }
child-shown = { PHONE($number) } видя баланса, услугите и мястото ви.
child-place = { PHONE($number) }: { $place }, точност { $metres } м
child-place_off = Не се знае къде е { PHONE($number) }: телефонът е изключен или без обхват.
child-place_unknown = Мястото на { PHONE($number) } е неизвестно. Пак: *111*7788*7*{ $number }#
child-place_roaming = { PHONE($number) } е в роуминг, мястото не е известно.
child-place_no_answer = Мястото на { PHONE($number) } сега не се знае. Пак: *111*7788*7*{ $number }#
child-barred = За { PHONE($number) } е спрян номер { $barred }. Пускане: *111*7788*9*{ $number }*{ $barred }#
child-barred_child = { PHONE($number) } спря за вас номер { $barred }.
child-already_barred = Номер { $barred } вече е спрян за { PHONE($number) }. Пускане: *111*7788*9*{ $number }*{ $barred }#
child-unbarred = За { PHONE($number) } отново е пуснат номер { $barred }. Спиране: *111*7788*8*{ $number }*{ $barred }#
child-unbarred_child = { PHONE($number) } пусна за вас номер { $barred }.

child-self = Това е вашият номер. Посочете номера на детето: *111*7788*1*9161234567#
child-company = Това е за частни лица, а вашият номер е на фирма.
child-unknown_number = { PHONE($number) } не е наш абонат. Проверете: *111*7788*1*9161234567#
child-is_parent = { PHONE($number) } сам наблюдава вашия номер.
child-list_full = Вече имате { $max } деца, повече не може. Махане: *111*7788*2*номер#
child-parents_full = { PHONE($number) } вече има родители: { $max }, повече не може.
child-void = С { PHONE($number) } не стана, условията се промениха. Деца: *111*7788#
child-not_child = { PHONE($number) } не е сред децата ви. Добавяне: *111*7788*1*{ $number }#
child-barred_self = Номерът на детето и на родителите не се спират. Пример: *111*7788*8*{ $number }*9161234567#
child-barred_full = Спрени { $max }, повече не може. Пускане: *111*7788*9*{ $number }*номер#
child-not_barred = Номер { $barred } не е спрян за { PHONE($number) }. Спиране: *111*7788*8*{ $number }*{ $barred }#
