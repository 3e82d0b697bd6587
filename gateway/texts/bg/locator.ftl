### Locating others, with their consent.

locator-list =
    { $count ->
        [0] Още няма кого да търсите. Добавяне: *111*6677*1*номер#
       *[some] Търсене: КЪДЕ име. Може да намерите: { $contacts }
    }{ $left ->
        [0] {""}
       *[some] {"\u000A"}Заявки в пакета: { $left }
    }{ $given_count ->
        [0] {""}
       *[some] {"\u000A"}Вас могат да намерят (забрана: ИЗКЛЮЧИ на 6677): { $given }
    }
locator-ask_consent = { PHONE($number) } иска да знае къде сте. Съгласие: *111*6677*4*{ $code }# Отказ: *111*6677*5*{ $code }# Срок { $hours } ч
locator-asked = Въпросът е пратен до { PHONE($number) }. Ако се съгласи до { $hours } ч, ще пишем.
locator-waiting = { PHONE($number) } още не е отговорил. Ще пратим SMS, щом отговори.
locator-agreed = { PHONE($number) } вече може да разбере къде сте. Забрана: *111*6677*5*{ $code }#
locator-agreed_by = { PHONE($number) } разреши търсене. Търсене: *111*6677*7*{ $number }#
locator-already = { PHONE($number) } вече е разрешил. Търсене: *111*6677*7*{ $number }#
locator-revoked = { PHONE($number) } вече не може да разбере къде сте.
locator-revoked_by = { PHONE($number) } вече не разрешава да знаете къде е.
locator-removed = { $who }: вече не е в списъка ви. Списък: *111*6677#
locator-removed_by = { PHONE($number) } вече не може да разбере къде сте: сам ви махна от списъка.
locator-find_ask = Къде е { $who }? { MONEY($price) }. ДА { $code } или *111*97*{ $code }#
locator-find_ask_again = Цената е променена. Къде е { $who }? { MONEY($price) }. ДА { $code } или *111*97*{ $code }#
locator-searching = Търсим: { $who }. Платени { MONEY($price) }. Отговорът ще дойде със SMS.
locator-searching_package = Търсим: { $who }. Отговорът ще дойде със SMS. Остават заявки: { $left }
locator-place = { $who }: { $place }, точност { $metres } м
locator-located_by = { PHONE($number) } разбра къде сте. Забрана: *111*6677*5*{ $code }#
locator-saving = Проверяваме къде сте. Името ще е „{ $name }“. Ще ви пишем.
locator-saved = „{ $name }“: { $place }. Така ще го наричаме.
locator-not_saved = Мястото „{ $name }“ не е запазено: сега не се знае къде сте. Опитайте по-късно.
locator-stopped = Търсенето е изключено, отнети съгласия: { $count }. Ново: *111*6677*1*номер#

# Why there is no place; what the request cost has come back.
locator-off =
    { $who } е изключен или без обхват.{ $price ->
        [0] {""}
       *[some] {" "}Върнахме { MONEY($price) }.
    } Опитайте по-късно.
locator-unknown =
    { $who }: мрежата не го вижда.{ $price ->
        [0] {""}
       *[some] {" "}Върнахме { MONEY($price) }.
    } Опитайте по-късно.
locator-roaming =
    { $who }: телефонът е в роуминг.{ $price ->
        [0] {""}
       *[some] {" "}Върнахме { MONEY($price) }.
    }
locator-no_answer =
    { $who }: търсенето не успя.{ $price ->
        [0] {""}
       *[some] {" "}Върнахме { MONEY($price) }.
    } Опитайте по-късно.
locator-not_agreed_any_more =
    { $who }: вече няма съгласие.{ $price ->
        [0] {""}
       *[some] {" "}Върнахме { MONEY($price) }.
    }

locator-package_none = Нямате пакет. { $requests } заявки на месец за { MONEY($price) }: ПАКЕТ ВКЛЮЧИ на 6677
locator-package = Заявки: { $left } до { DATE($until) }, после { MONEY($price) } на месец. Спиране: ПАКЕТ СТОП
locator-package_ends = Пакетът няма да се поднови. Заявки: { $left } до { DATE($until) }. Връщане: ПАКЕТ ВКЛЮЧИ
locator-package_ask = Пакет: { $requests } заявки, { MONEY($price) } всеки месец. ДА { $code } или *111*97*{ $code }#
locator-package_ask_again = Цената е променена. Пакет: { $requests } заявки, { MONEY($price) } всеки месец. ДА { $code } или *111*97*{ $code }#
locator-package_on = Заявки: { $requests } до { DATE($until) }. Платени { MONEY($price) }, остават { MONEY($balance) }. Спиране: ПАКЕТ СТОП на 6677
locator-package_renewed = Пакетът „Локатор“ е подновен: { $requests } заявки до { DATE($until) }. Платени { MONEY($price) }, остават { MONEY($balance) }. Спиране: ПАКЕТ СТОП на 6677
locator-package_not_renewed = Пакетът „Локатор“ е спрян: липсват { MONEY($price) }. ПАКЕТ ВКЛЮЧИ на 6677
locator-package_already_off = Нямате пакет. Включване: ПАКЕТ ВКЛЮЧИ на 6677

locator-self = Това е вашият номер. Посочете друг: *111*6677*1*9161234567#
locator-unknown_number = { PHONE($number) } не е наш абонат. Проверете: *111*6677*1*9161234567#
locator-name_taken = Името „{ $name }“ е заето. Изберете друго, например МАМА2 номер на 6677
locator-list_full = В списъка има { $max }, повече не може. Махане: *111*6677*2*номер#
locator-asked_recently = { PHONE($number) } наскоро не се съгласи. Може да питате пак от { DATETIME($until) }
locator-void = С { PHONE($number) } не се получи, условията се промениха. Списък: *111*6677#
locator-not_listed = { $who }: не е в списъка ви. Списък: *111*6677#
locator-whom_needed = Липсва номер: *111*6677*{ $digit }*9161234567#
locator-unknown_contact = „{ $name }“ не е в списъка ви. Списък: *111*6677#
locator-not_agreed = { PHONE($number) } не е дал съгласие. Питане: *111*6677*1*{ $number }#
locator-not_enough_money = Това струва { MONEY($price) }, не достигат { MONEY($missing) }. Зареждане: *115#
locator-name_needed = Липсва име на мястото. Изпратете до 6677: ТОЧКА ВИЛА
locator-places_full = Наречени места: { $max }, повече не може. Изберете някое от старите имена.
