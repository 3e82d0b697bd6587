### The family's common bill.

family-list_empty = Плащате само за себе си. За друг ваш номер: *111*750*1*номер#
family-list = От вашата сметка плащат ({ $count }): { $numbers }. В сметката { MONEY($balance) }. Махане: *111*750*2*номер#
family-list_member = За вашия номер плаща { PHONE($payer) }. В общата сметка { MONEY($balance) }. Излизане: *111*750*2*{ $number }#
family-invite_ask = Да плащате ли за { PHONE($number) }? ДА { $code } или *111*97*{ $code }#
family-invited = Заявление { $reference } е прието. { PHONE($number) } трябва да се съгласи до { $hours } ч.
family-offer = { PHONE($number) } ще плаща за вашия номер. Парите във вашата сметка ще чакат. Да: *111*750*4*{ $code }# Не: *111*750*5*{ $code }# Срок { $hours } ч
family-joined = { PHONE($number) } е на вашата сметка ({ $count }). Махане: *111*750*2*{ $number }#
family-joined_member =
    За вашия номер вече плаща { PHONE($payer) }.{ $kept ->
        [0] {""}
       *[some] {" "}Вашите { MONEY($kept) } остават във вашата сметка.
    } Излизане: *111*750*2*{ $number }#
family-already = { PHONE($number) } вече е към вашата сметка. Махане: *111*750*2*{ $number }#
family-remove_ask = Да спрете ли да плащате за { PHONE($number) }? ДА { $code } или *111*97*{ $code }#
family-leave_ask = Ще плащате сами? Имате { MONEY($balance) }. ДА { $code } или *111*97*{ $code }#
family-removed = { PHONE($number) } отново плаща сам. Връщане: *111*750*1*{ $number }#
family-removed_member = { PHONE($number) } вече не плаща за вас. Баланс: { MONEY($balance) }. Зареждане: *115#
family-left = Отново плащате сами. Балансът ви: { MONEY($balance) }. Зареждане: *115#
family-left_by = { PHONE($number) } излезе от вашата сметка и плаща сам.

family-self = Това е вашият номер. Посочете друг: *111*750*1*9161234567#
family-company = Общата сметка е само за частни лица. Номерът е на фирма.
family-other_owner = { PHONE($number) } не е на ваше име. Обща сметка за свои: *111*750*1*номер#
family-other_region = { PHONE($number) } е от друг регион, трябва номер от вашия.
family-not_payer = За вас плаща { PHONE($payer) }, кани той. Вашата сметка: *111*750#
family-in_family = { PHONE($number) } е в друга сметка. Да излезе: *111*750*2*{ $number }#
family-debt = { PHONE($number) } има дълг или обещано плащане. Първо трябва да се погаси: *115*{ $number }*сума#
family-list_full = Към сметката има { $max }, повече не може. Махане: *111*750*2*номер#
family-void = { PHONE($number) } не влезе, условията се промениха. Сметка: *111*750#
family-not_member = { PHONE($number) } не е към вашата сметка. Вашата сметка: *111*750#
