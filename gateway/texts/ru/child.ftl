### A child's number under its parent's control.

child-list_empty = Номеров детей у вас нет. Добавить: *111*7788*1*номер#
child-list =
    { $count ->
        [0] {""}
       *[some] Дети: { $numbers }. Подробно: *111*7788*7*номер#{" "}
    }{ $parents_count ->
        [0] {""}
       *[some] За вашим номером следят: { $parents }
    }
child-add_ask = { PHONE($number) } просит смотреть ваш баланс, услуги, место и закрывать номера. Отменит только он. Да: *111*7788*4*{ $code }# Нет: *111*7788*5*{ $code }# Ждём { $hours } ч
child-add_asked = На номер { PHONE($number) } послан вопрос. Ответьте с него за { $hours } ч.
child-add_ask_own = Следить за { PHONE($number) }? Он узнает. ДА { $code } или *111*97*{ $code }#
child-added = Теперь вы видите, как дела у { PHONE($number) }: *111*7788*7*{ $number }#. Убрать: *111*7788*2*{ $number }#
child-added_child = { PHONE($number) } видит ваш баланс, услуги, место и может закрывать номера.
child-already = { PHONE($number) } уже среди ваших детей. Убрать: *111*7788*2*{ $number }#
child-removed = Вы не следите за { PHONE($number) }. Вернуть: *111*7788*1*{ $number }#
child-removed_child =
    { PHONE($number) } больше не следит за вами.{ $parents ->
        [0] {" "}Запреты номеров сняты.
       *[some] {""}
    }
child-show =
    { PHONE($number) }: { $own ->
        [own] { MONEY($balance) }
       *[payer] платит другой номер
    }, «{ NAME($tariff) }». Место пришлём по SMS. { $count ->
        [0] Платных услуг нет.
       *[some] Платные услуги: { $services }
    }
child-shown = { PHONE($number) } посмотрел ваш баланс, услуги и где вы.
child-place = { PHONE($number) }: { $place }, точность { $metres } м
child-place_off = Где { PHONE($number) }, не узнать: телефон выключен или вне сети.
child-place_unknown = Место { PHONE($number) } не определено. Позже: *111*7788*7*{ $number }#
child-place_roaming = { PHONE($number) } в роуминге, место неизвестно.
child-place_no_answer = Место { PHONE($number) } сейчас не узнать. Позже: *111*7788*7*{ $number }#
child-barred = Для { PHONE($number) } закрыт номер { $barred }. Открыть: *111*7788*9*{ $number }*{ $barred }#
child-barred_child = { PHONE($number) } закрыл для вас номер { $barred }.
child-already_barred = Номер { $barred } для { PHONE($number) } уже закрыт. Открыть: *111*7788*9*{ $number }*{ $barred }#
child-unbarred = Для { PHONE($number) } снова открыт номер { $barred }. Закрыть: *111*7788*8*{ $number }*{ $barred }#
child-unbarred_child = { PHONE($number) } открыл для вас номер { $barred }.

child-self = Это ваш номер. Укажите номер ребёнка: *111*7788*1*9161234567#
child-company = Это для частных лиц, а ваш номер оформлен на организацию.
child-unknown_number = { PHONE($number) } - не наш абонент. Проверьте: *111*7788*1*9161234567#
child-is_parent = { PHONE($number) } сам следит за вашим номером.
child-list_full = Детей у вас уже { $max }, больше нельзя. Уберите лишнего: *111*7788*2*номер#
child-parents_full = За номером { PHONE($number) } уже следят родители: { $max }, больше нельзя.
child-void = С { PHONE($number) } не вышло, условия изменились. Дети: *111*7788#
child-not_child = { PHONE($number) } нет среди ваших детей. Добавить: *111*7788*1*{ $number }#
child-barred_self = Номер ребёнка и номера родителей закрыть нельзя. Пример: *111*7788*8*{ $number }*9161234567#
child-barred_full = Закрыто { $max }, больше нельзя. Открыть: *111*7788*9*{ $number }*номер#
child-not_barred = Номер { $barred } для { PHONE($number) } не закрыт. Закрыть: *111*7788*8*{ $number }*{ $barred }#
