### menu: the screens of a USSD dialog. Titles are also the words of the items that lead to them, so they are short.

menu-acting = Друг номер
menu-autopay = Автоплащане
menu-bill = Фирмена сметка
menu-blacklist = Черен списък
menu-block = Блокиране
menu-bonus = Точки
menu-bonus_gift = Подарени точки
menu-cabinet = Моят профил
menu-child = Дете
menu-child_consent = Съгласие от дете
menu-family = Семейство
menu-favourite = Любими номера
menu-language = Език
menu-language_1 = Русский
menu-language_2 = Latinica
menu-language_3 = Български
menu-language_4 = English
menu-linked = «Номерата»
menu-locator = Локатор
menu-main = Меню
menu-main_7 = Превод
menu-melody = Мелодия за повикване
menu-money = Пари
menu-numbers = Номера
menu-other = Друго
menu-payments = Зареждане
menu-permission = Чужд баланс
menu-pictures = Картинки
menu-promised = Обещано плащане
menu-regular = Редовен превод
menu-services = Услуги
menu-social = Соцмрежи
menu-statement = Извлечение
menu-subscriptions = Абонаменти
menu-tariff = Тарифа
menu-trust = Доверие
menu-voicemail = Гласова поща
menu-waiting = Чакат отговор

# Under a screen: `more` where it goes on, `back` in every menu but the first.
menu-more = 9 още
menu-back = 0 назад
menu-yes_no = 1 да 2 не 0 назад
# What has to be typed, and an example of it.
menu-ask = Въведете: { $part }. Пример: { $example }
menu-wrong = Няма такава точка
menu-empty = Няма от какво да изберете: списъкът е празен.
menu-resume =
    Миналия път прекъсна.
    1 продължи
    2 отначало
menu-gone = Този разговор вече приключи. Наберете *111#
menu-declined = Нищо не се промени.
