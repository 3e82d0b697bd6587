### Locating others, with their consent.

locator-list =
    { $count ->
        [0] Вам пока некого искать. Добавить: *111*6677*1*номер#
       *[some] Искать: ГДЕ имя. Вы можете найти: { $contacts }
    }{ $left ->
        [0] {""}
       *[some] {"\u000A"}В пакете запросов: { $left }
    }{ $given_count ->
        [0] {""}
       *[some] {"\u000A"}Вас могут найти (запретить: ОТКЛЮЧИТЬ на 6677): { $given }
    }
locator-ask_consent = { PHONE($number) } хочет узнавать, где вы. Разрешить: *111*6677*4*{ $code }# Нет: *111*6677*5*{ $code }# Ждём { $hours } ч
locator-asked = Вопрос послан на { PHONE($number) }. Если разрешит за { $hours } ч, пришлём SMS.
locator-waiting = { PHONE($number) } ещё не ответил. Когда ответит, пришлём SMS.
locator-agreed = { PHONE($number) } теперь может узнать, где вы. Запретить: *111*6677*5*{ $code }#
locator-agreed_by = { PHONE($number) } разрешил вам поиск. Искать: *111*6677*7*{ $number }#
locator-already = { PHONE($number) } уже разрешил. Искать: *111*6677*7*{ $number }#
locator-revoked = { PHONE($number) } больше не может узнать, где вы.
locator-revoked_by = { PHONE($number) } больше не разрешает узнавать, где он.
locator-removed = { $who }: больше не в вашем списке. Список: *111*6677#
locator-removed_by = { PHONE($number) } больше не может узнать, где вы: сам убрал вас из списка.
locator-find_ask = Узнать, где { $who }? { MONEY($price) }. ДА { $code } или *111*97*{ $code }#
locator-find_ask_again = Цена изменилась. Узнать, где { $who }? { MONEY($price) }. ДА { $code } или *111*97*{ $code }#
locator-searching = Ищем: { $who }. Списано { MONEY($price) }. Ответ пришлём по SMS.
locator-searching_package = Ищем: { $who }. Ответ пришлём по SMS. Осталось запросов: { $left }
locator-place = { $who }: { $place }, точность { $metres } м
locator-located_by = { PHONE($number) } узнал, где вы. Запретить: *111*6677*5*{ $code }#
locator-saving = Узнаём, где вы, и назовём это место «{ $name }». Ответ пришлём по SMS.
locator-saved = «{ $name }»: { $place }. Так и назовём.
locator-not_saved = Место «{ $name }» не сохранено: где вы, сейчас не узнать. Повторите позже.
locator-stopped = Поиск отключён, согласий отозвано: { $count }. Включить: *111*6677*1*номер#

# Why there is no place; what the request cost has come back.
locator-off =
    { $who } выключен или вне сети.{ $price ->
        [0] {""}
       *[some] {" "}Вернули { MONEY($price) }.
    } Повторите позже.
locator-unknown =
    { $who }: сеть его не видит.{ $price ->
        [0] {""}
       *[some] {" "}Вернули { MONEY($price) }.
    } Повторите позже.
locator-roaming =
    { $who }: телефон в роуминге.{ $price ->
        [0] {""}
       *[some] {" "}Вернули { MONEY($price) }.
    }
locator-no_answer =
    { $who }: найти не удалось, сбой.{ $price ->
        [0] {""}
       *[some] {" "}Вернули { MONEY($price) }.
    } Повторите позже.
locator-not_agreed_any_more =
    { $who }: разрешения больше нет.{ $price ->
        [0] {""}
       *[some] {" "}Вернули { MONEY($price) }.
    }

locator-package_none = Пакета нет. { $requests } запросов на месяц, { MONEY($price) }: ПАКЕТ ВКЛЮЧИТЬ на 6677
locator-package = Запросов: { $left } до { DATE($until) }, потом { MONEY($price) } в месяц. Выкл: ПАКЕТ СТОП
locator-package_ends = Пакет не продлим. Запросов: { $left } до { DATE($until) }. Вернуть: ПАКЕТ ВКЛЮЧИТЬ
locator-package_ask = Пакет: { $requests } запросов, { MONEY($price) } каждый месяц. ДА { $code } или *111*97*{ $code }#
locator-package_ask_again = Цена изменилась. Пакет: { $requests } запросов, { MONEY($price) } каждый месяц. ДА { $code } или *111*97*{ $code }#
locator-package_on = Запросов: { $requests } до { DATE($until) }. Списано { MONEY($price) }, осталось { MONEY($balance) }. Отключить: ПАКЕТ СТОП на 6677
locator-package_renewed = Пакет «Локатор» продлён: { $requests } запросов до { DATE($until) }. Списано { MONEY($price) }, осталось { MONEY($balance) }. Отключить: ПАКЕТ СТОП на 6677
locator-package_not_renewed = Пакет «Локатор» отключён: не хватило { MONEY($price) }. ПАКЕТ ВКЛЮЧИТЬ на 6677
locator-package_already_off = Пакета у вас нет. Подключить: ПАКЕТ ВКЛЮЧИТЬ на 6677

locator-self = Это ваш номер. Укажите другой: *111*6677*1*9161234567#
locator-unknown_number = { PHONE($number) } - не наш абонент. Проверьте: *111*6677*1*9161234567#
locator-name_taken = Имя «{ $name }» занято. Другое, например: МАМА2 номер на 6677
locator-list_full = В списке { $max }, больше нельзя. Убрать: *111*6677*2*номер#
locator-asked_recently = { PHONE($number) } недавно не согласился. Спросить снова можно { DATETIME($until) }
locator-void = С { PHONE($number) } не вышло, условия изменились. Список: *111*6677#
locator-not_listed = { $who }: нет в вашем списке. Список: *111*6677#
locator-whom_needed = Нужен номер: *111*6677*{ $digit }*9161234567#
locator-unknown_contact = «{ $name }» нет в вашем списке. Список: *111*6677#
locator-not_agreed = { PHONE($number) } не давал согласия. Спросить: *111*6677*1*{ $number }#
locator-not_enough_money = Это стоит { MONEY($price) }, не хватает { MONEY($missing) }. Пополнить: *115#
locator-name_needed = Нужно имя места. Пошлите на 6677: ТОЧКА ДАЧА
locator-places_full = Названо мест: { $max }, больше нельзя. Возьмите одно из прежних имён.
