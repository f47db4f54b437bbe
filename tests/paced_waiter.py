"""The real trainer, with a checkpoint every 0.4 s and a pause after every epoch, so that a test can hit any moment."""

import sys
import time

from core.backends.job import prepare_stored_job
from core.backends.local.waiter import main


def prepare(folder, storage):
    from core.training import recorder

    train = prepare_stored_job(folder, storage)
    recorder.CHECKPOINT_SECONDS = 0.4

    def pause_after(on_epoch):
        def pause(epoch):
            on_epoch(epoch)
            time.sleep(0.05)

        return pause

    return lambda on_epoch: train(pause_after(on_epoch))


if __name__ == "__main__":
    sys.exit(main(prepare=prepare))
