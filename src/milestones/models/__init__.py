"""What chapters built and later ones import: one idea a file, each taught in its chapter.

Import the modules one by one, such as ``from milestones.models import wordpiece``: some of them
load Keras.
"""
