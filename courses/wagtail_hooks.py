from wagtail import hooks


@hooks.register("register_icons")
def register_icons(icons):
    return [*icons, "lms_courses/icons/lms-learn.svg"]
